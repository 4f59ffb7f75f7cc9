import { defineInt, defineString } from 'firebase-functions/params'
import { ATTEST_GROUPS, type AttestGroup } from './attestSettings.ts'
import { readPlaceModes } from './placeModes.ts'

/** `require`: the endpoint takes no other bodies. `allow`: as its sender likes. */
const MODES = ['allow', 'require'] as const
export type EncryptionMode = (typeof MODES)[number]

/** The params of encrypted bodies. */
export const ENCRYPTION_SETTINGS = {
  encryption: defineString('ENCRYPTION', {
    default: '',
    description:
      'Which routes demand encrypted bodies, by group (sms, accounts, installs) or path: accounts=require,/api/login=allow. Others: allow.',
  }),
  serverKeyQueue: defineInt('SERVER_KEY_QUEUE', {
    default: 4,
    description:
      'How many registrations may wait for a key pair of encryption "server-key", by each instance, which makes one at a time. 0: none is made, and apps bring keys of their own.',
  }),
} as const

export const ENCRYPTION_RANGES = {
  serverKeyQueue: [0, 64],
} as const satisfies Partial<Record<keyof typeof ENCRYPTION_SETTINGS, readonly [number, number]>>

/** The texts above, read. */
export interface EncryptionConfig {
  /** By group or path. */
  readonly encryption: ReadonlyMap<string, EncryptionMode>
}

/** A route, as far as encryption is concerned; without a mode of its own it takes no encrypted bodies. */
interface Place {
  readonly path: string
  readonly attest?: AttestGroup
  readonly encryption?: EncryptionMode
}

/** What is said of a route itself goes before what is said of its group. */
export function encryptionOf(
  { path, attest = 'open', encryption }: Place,
  modes: ReadonlyMap<string, EncryptionMode>,
): EncryptionMode | undefined {
  if (encryption === undefined) return undefined
  return modes.get(path) ?? modes.get(attest) ?? encryption
}

/** Those whose routes take encrypted bodies. */
const GROUPS: readonly string[] = ATTEST_GROUPS.filter(
  (group) => group !== 'open' && group !== 'proxy',
)
const PATH = /^\/api\/[A-Za-z0-9_/-]{1,200}$/

/**
 * @param wrong makes the error that names a param and says what it must be
 * @throws the error
 */
export function readEncryptionConfig(
  { encryption: text }: { readonly encryption: string },
  wrong: (name: 'encryption', expected: string) => Error,
): EncryptionConfig {
  const isPlace = (name: string) => GROUPS.includes(name) || PATH.test(name)
  const encryption = readPlaceModes(text, MODES, isPlace)
  if (encryption === null) {
    throw wrong(
      'encryption',
      `allow or require for ${GROUPS.join(', ')} or paths that begin with /api/: accounts=require`,
    )
  }
  return { encryption }
}

/**
 * A path that no route has would demand nothing: a slip of the pen must not leave bodies in the clear.
 * @throws TypeError
 */
export function checkEncryption(
  modes: ReadonlyMap<string, EncryptionMode>,
  routes: readonly Place[],
): void {
  for (const name of modes.keys()) {
    const isKnown = routes.some((route) => route.path === name && route.encryption !== undefined)
    if (name.startsWith('/') && !isKnown) {
      throw new TypeError(`ENCRYPTION names ${name}, which is no route that takes encrypted bodies`)
    }
  }
}
