import { v7 as uuidv7 } from 'uuid'
import { connectDatabase, type Database } from '../../../../functions/src/database.ts'
import { buildEncryption } from '../../../../functions/src/encryption/buildEncryption.ts'
import { startFirebase } from '../../../../functions/src/firebase.ts'
import {
  makeIssuing,
  type Issuing,
  type IssuingParts,
} from '../../../../functions/src/installs/issuing.ts'
import { makeShardMap } from '../../../../functions/src/shards.ts'
import { makeKeyring } from '../../../../functions/src/installs/keyring.ts'
import {
  makeInstallStore,
  type InstallStore,
  type Place,
} from '../../../../functions/src/installs/store.ts'
import { NAMESPACE, startDatabase, type Clock, type TestDatabase } from '../../harness/database.ts'
import { MASTER_SECRETS } from '../../harness/key.ts'

/** What an app reads in its slot. */
export interface Credential {
  readonly apiKey: string
  readonly hmacSecret: string
  readonly keyId: string
}

/** Issuing over the Admin SDK and a real database with the project's rules, without HTTP around it. */
export interface Backend extends TestDatabase {
  readonly database: Database
  readonly store: InstallStore
  readonly issuing: Issuing
  /** The same with one part changed. */
  issuingWith(
    parts: Partial<Omit<IssuingParts, 'settings'>>,
    settings?: Partial<IssuingParts['settings']>,
  ): Issuing
  /** The code that waits in a place. */
  otpAt(place: Place): string | undefined
  credentialAt(place: Place): Credential | undefined
  /** Both steps. */
  register(place: Place): Promise<Credential>
}

export const keyring = makeKeyring(MASTER_SECRETS)

export const newId = (): string => uuidv7().replaceAll('-', '')

/** The n-th place: each has a UID of its own. */
export const placeOf = (n: number): Place => ({
  uid: `uid-${n}`,
  slot: String(n).padStart(22, 's'),
})

const SETTINGS = {
  defaultScopes: ['accounts'],
  credentialPickup: 'remove',
  rotationGraceSeconds: 300,
  registrationGraceSeconds: 0,
} as const

/** The default of RETENTION_DAYS. */
export const STORE_SETTINGS = {
  retentionMs: 30 * 86_400_000,
  openQuotas: { owners: 1_000_000, strangers: 1_000_000 },
}

export async function startBackend(clock?: Clock): Promise<Backend> {
  const base = await startDatabase({ installs: 0, ...(clock && { clock }) })
  const { database, close } = await connect(base)
  const store = makeInstallStore(database, STORE_SETTINGS)
  const encryption = buildEncryption({
    ...{ keyring, store, isRetired: () => false, serverKeyQueue: 4, now: () => base.clock.ms },
  })
  const issuingWith: Backend['issuingWith'] = (parts, settings) =>
    makeIssuing({
      store,
      shards: makeShardMap(['http://127.0.0.1']),
      keyring,
      encryption: () => Promise.resolve(encryption.issuer),
      newId,
      now: () => base.clock.ms,
      ...parts,
      settings: { ...SETTINGS, ...settings },
    })
  const issuing = issuingWith({})

  const slotOf = ({ uid, slot }: Place) => base.data()['users']?.[uid]?.[slot]
  const otpAt = (place: Place) => slotOf(place)?.['otp']?.['code'] as unknown as string | undefined
  const credentialAt = (place: Place) =>
    slotOf(place)?.['credential'] as unknown as Credential | undefined
  return {
    ...base,
    database,
    store,
    issuing,
    issuingWith,
    otpAt,
    credentialAt,
    register: async (place) => {
      await issuing.challenge(place, true)
      const verdict = await issuing.redeem(place, otpAt(place)!, true)
      if (verdict !== 'issued') throw new Error(verdict)
      return credentialAt(place)!
    },
    close: async () => {
      await close()
      await base.close()
    },
  }
}

/** Connects as an instance of the service does; a second call is another instance. */
export async function connect(
  { rtdb }: Pick<TestDatabase, 'rtdb'>,
  { host = `${rtdb.host}:${rtdb.port}`, deadlineMs = 2000 } = {},
): Promise<{ database: Database; close: () => Promise<void> }> {
  // The SDK obeys these even for loopback.
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) {
    delete process.env[name]
  }
  process.env['GCLOUD_PROJECT'] = 'demo-latchkey'
  const app = await startFirebase(`http://${host}?ns=${NAMESPACE}`)
  // The SDK reads the variable when the database is opened, and this process has several databases.
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = host
  await app.openDatabase()
  return {
    database: connectDatabase(() => Promise.resolve(app), { deadlineMs }),
    close: () => app.close(),
  }
}
