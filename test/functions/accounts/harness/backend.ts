import { randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import {
  makeAccountKeys,
  type AccountKeys,
} from '../../../../functions/src/accounts/accountKeys.ts'
import {
  makeAccounts,
  type Accounts,
  type AccountsParts,
  type Caller,
} from '../../../../functions/src/accounts/accounts.ts'
import { makeBudgets, type Budgets } from '../../../../functions/src/accounts/budgets.ts'
import { smsLimits } from '../../../../functions/src/accounts/limits.ts'
import { makeArgon2Threads } from '../../../../functions/src/accounts/argon2Threads.ts'
import { makePasswordLine } from '../../../../functions/src/accounts/passwordLine.ts'
import { makePasswords } from '../../../../functions/src/accounts/passwords.ts'
import { parsePhone } from '../../../../functions/src/accounts/phone.ts'
import { ACCOUNT_SETTINGS } from '../../../../functions/src/accountSettings.ts'
import type { SmsMessage, SmsSender } from '../../../../functions/src/accounts/sms/smsSender.ts'
import { makeAccountStore } from '../../../../functions/src/accounts/store.ts'
import type { UnseenWork } from '../../../../functions/src/accounts/unseen.ts'
import { makeTexts } from '../../../../functions/src/accounts/texts.ts'
import type { Database } from '../../../../functions/src/database.ts'
import type { Identity } from '../../../../functions/src/identity.ts'
import { makeKeyring } from '../../../../functions/src/installs/keyring.ts'
import type { LogEvent } from '../../../../functions/src/log.ts'
import { NAMESPACE, startDatabase, type TestDatabase } from '../../harness/database.ts'
import { keyOf, MASTER_SECRETS } from '../../harness/key.ts'
import { connect } from '../../installs/harness/backend.ts'

/** The params that count texts, by their default: what a deployment has that sets none. */
export const DEFAULTS = Object.fromEntries(
  Object.entries(ACCOUNT_SETTINGS).map(([name, param]) => [name, param.options.default]),
) as { readonly [Name in keyof typeof ACCOUNT_SETTINGS]: number }

/** Accounts on a real database with the project's rules, without HTTP around them. */
export interface Backend extends TestDatabase {
  readonly database: Database
  readonly keys: AccountKeys
  readonly accounts: Accounts
  /** Every text that has been sent. */
  readonly sent: SmsMessage[]
  readonly events: LogEvent[]
  /** UIDs whose sessions were ended. */
  readonly revoked: string[]
  /** The same with other limits or parts: another instance that shares the database. */
  accountsWith(settings: Partial<typeof DEFAULTS>, parts?: Partial<AccountsParts>): Accounts
  budgetsWith(settings?: Partial<typeof DEFAULTS>, database?: Database): Budgets
  /** Who calls from the n-th install about this number. */
  caller(install: number, e164: string, address?: string): Promise<Caller>
  /** The code in the last text to this number. */
  lastCode(e164: string): string
  /** Makes an account, verified by the n-th install. */
  signUp(install: number, e164: string, password: string): Promise<void>
  /** Empties the database and forgets the texts. */
  reset(): void
}

export const keyring = makeKeyring(MASTER_SECRETS)

export const newId = (): string => uuidv7().replaceAll('-', '')

/** A mobile number of Germany; each n another subscriber of another block. */
export const mobile = (n: number): string => `+49151${10_000_000 + n * 10_000 + (n % 10_000)}`

/** Makes tokens that a test can read. */
export const tokenOf = (uid: string): string => `token of ${uid}`

/** A person waits for the next text: the cooldown is over, and nothing else. */
export const A_MINUTE = 60_000

export async function startAccounts(): Promise<Backend> {
  const base = await startDatabase({ installs: 0 })
  const { clock, rtdb } = base
  const { database, close } = await connect(base)
  const keys = makeAccountKeys(keyring, 1)
  const sent: SmsMessage[] = []
  const events: LogEvent[] = []
  const revoked: string[] = []
  const sender: SmsSender = {
    name: 'recorder',
    send: async (message) => {
      sent.push(message)
      return Promise.resolve({ provider: 'recorder', providerId: null, state: 'accepted' })
    },
  }
  const identity: Identity = {
    verify: () => Promise.resolve(null),
    exists: () => Promise.resolve(true),
    customToken: (uid) => Promise.resolve(tokenOf(uid)),
    deleteAnonymous: () => Promise.resolve(0),
    revokeSessions: (uid) => {
      revoked.push(uid)
      return Promise.resolve()
    },
  }

  const budgetsWith: Backend['budgetsWith'] = (settings = {}, over = database) => {
    const all = { ...DEFAULTS, ...settings }
    return makeBudgets({ database: over, keys, limits: smsLimits(all), settings: all })
  }
  const passwords = makePasswords({
    line: makePasswordLine({ waitMs: 10_000 }),
    argon2: makeArgon2Threads(),
  })
  const accountsWith: Backend['accountsWith'] = (settings, parts) =>
    makeAccounts({
      store: makeAccountStore(database),
      keys,
      budgets: budgetsWith(settings),
      passwords,
      texts: makeTexts({ sender, log: (event) => events.push(event), appName: 'Box Office' }),
      identity,
      newId,
      newUid: () => randomBytes(16).toString('base64url'),
      now: () => clock.ms,
      ...parts,
    })
  const accounts = accountsWith({})

  const caller: Backend['caller'] = async (install, e164, address = `198.51.100.${install}`) => {
    const phone = await parsePhone(e164, 'any')
    if (typeof phone === 'string') throw new Error(`${e164}: ${phone}`)
    const { keyId, uid, slot } = keyOf(install)
    return { keyId, place: `${uid}/${slot}`, phone, address }
  }
  const lastCode = (e164: string): string => sent.findLast(({ to }) => to === e164)!.code!
  return {
    ...base,
    database,
    keys,
    accounts,
    sent,
    events,
    revoked,
    accountsWith,
    budgetsWith,
    caller,
    lastCode,
    signUp: async (install, e164, password) => {
      const who = await caller(install, e164)
      await wholly(accounts.register(who, password))
      await accounts.verify(who, lastCode(e164))
      clock.ms += A_MINUTE
    },
    reset: () => {
      rtdb.import(NAMESPACE, {})
      for (const list of [sent, events, revoked]) list.length = 0
    },
    close: async () => {
      await close()
      await base.close()
    },
  }
}

/** Does also what its caller does not wait for. */
export const wholly = async (prepared: Promise<UnseenWork>): Promise<void> => (await prepared)()

/** Another code than this one. */
export const wrong = (code: string): string => String((Number(code) + 1) % 1e6).padStart(6, '0')
