import type { Values } from './values.ts'
import { DAY_MS, KEY, MARGIN_MS, NOW } from './world.ts'
import { increment } from './writes.ts'

// The protected endpoints' part of the data, and their writes, as functions/src/accounts makes them.

const HOUR_MS = 3_600_000
export const HOUR = String(Math.floor(NOW / HOUR_MS))

/** 22 characters that begin with whose it is. */
const id22 = (name: string): string => name.padEnd(22, '-')

export const ACCOUNT = {
  /** Signed up, with a code that waits. */
  pending: id22('pending'),
  /** The same, and its latest code was made a day ago, to the minute. */
  forgotten: id22('forgotten'),
  verified: id22('verified'),
  next: id22('next'),
} as const

/** Keyed hashes of places. */
export const INSTALL = { counted: 'i'.repeat(22), next: 'n'.repeat(22) }

const codeName = (purpose: 'verify' | 'reset', accountId: string): string =>
  `${KEY.active}-${purpose}-${accountId}`

export const CODE = {
  verify: codeName('verify', ACCOUNT.pending),
  reset: codeName('reset', ACCOUNT.verified),
  /** Ended this very millisecond. */
  expired: codeName('verify', ACCOUNT.verified),
  claimed: codeName('reset', ACCOUNT.pending),
  next: codeName('verify', ACCOUNT.next),
} as const

export const CODE_ID = {
  verify: '1'.repeat(32),
  reset: '2'.repeat(32),
  expired: '3'.repeat(32),
  claimed: '4'.repeat(32),
  next: '5'.repeat(32),
} as const

export const HASH = '$argon2id$v=19$m=19456,t=2,p=1$salt$hash'

export const accountOf = (accountId: string): string => `accounts/${accountId}`
export const codeAt = (name: string): string => `codes/${name}`

export const account = () => ({
  uid: id22('uid'),
  state: 'pending',
  createdAt: NOW,
  pendingSince: NOW,
})
export const FORGOTTEN_SINCE = NOW - DAY_MS + MARGIN_MS
export const verifiedAccount = () => ({
  uid: id22('uid'),
  createdAt: NOW,
  state: 'verified',
  verifiedAt: NOW - 1000,
  passwordHash: HASH,
  passwordBy: CODE.claimed,
})

export const code = (id: string) => ({
  id,
  createdAt: NOW - 1000,
  expiresAt: NOW + 500_000,
  masterVersion: 1,
  sentIn: { country: 'DE', address: id22('address'), hour: 498_694 },
  guesses: 0,
})

export const once = () => ({
  request: 'r'.repeat(43),
  expiresAt: NOW + 1000,
  runningUntil: NOW + 1000,
})
const onceNamed = (name: string): string => `idempotency/${KEY.active}-${id22(name)}`
export const ONCE = {
  running: onceNamed('running'),
  /** Its instance has died. */
  stuck: onceNamed('stuck'),
  answered: onceNamed('answered'),
  expired: onceNamed('expired'),
  next: onceNamed('next'),
} as const

export const BUDGET = `budgets/country-hour/${HOUR}`
export const BREAKER = `breakers/country/${HOUR}`

export const ACCOUNTS_WORLD: Values = {
  [accountOf(ACCOUNT.pending)]: account(),
  [accountOf(ACCOUNT.forgotten)]: { ...account(), pendingSince: FORGOTTEN_SINCE },
  [accountOf(ACCOUNT.verified)]: verifiedAccount(),
  [codeAt(CODE.verify)]: { ...code(CODE_ID.verify), guesses: 3, passwordHash: HASH },
  [codeAt(CODE.reset)]: { ...code(CODE_ID.reset), guesses: 4 },
  [codeAt(CODE.expired)]: { ...code(CODE_ID.expired), expiresAt: NOW },
  [codeAt(CODE.claimed)]: { ...code(CODE_ID.claimed), claimed: CODE_ID.claimed },
  [`guesses/${HOUR}`]: { [CODE.verify]: 3, [CODE.expired]: 1 },
  [`logins/${HOUR}`]: {
    account: { [ACCOUNT.verified]: 3 },
    install: { [INSTALL.counted]: 3 },
  },
  // Two each: taking away the last one is removing the window.
  [`${BUDGET}/DE`]: { count: 3, cap: 5 },
  [`${BUDGET}/US`]: { count: 1, cap: 5 },
  [`${BREAKER}/DE`]: { sent: 3, free: 5, perVerified: 2 },
  [`${BREAKER}/US`]: { sent: 1, free: 5, perVerified: 2 },
  [`cooldowns/${ACCOUNT.pending}`]: NOW,
  [`cooldowns/${ACCOUNT.verified}`]: NOW + 1,
  [ONCE.running]: { ...once(), runningUntil: NOW + 1 },
  [ONCE.stuck]: { ...once(), runningUntil: NOW },
  [ONCE.answered]: { ...once(), runningUntil: NOW, answer: '{}' },
  [ONCE.expired]: { ...once(), expiresAt: NOW, answer: '{}' },
}

/** What verifies an account: its code is used up and its password set by one write. */
export const verifyAccount = (): Values => ({
  [`${codeAt(CODE.verify)}/claimed`]: CODE_ID.verify,
  [`${accountOf(ACCOUNT.pending)}/passwordHash`]: HASH,
  [`${accountOf(ACCOUNT.pending)}/passwordBy`]: CODE.verify,
  [`${accountOf(ACCOUNT.pending)}/state`]: 'verified',
  [`${accountOf(ACCOUNT.pending)}/verifiedAt`]: NOW,
  [`${accountOf(ACCOUNT.pending)}/pendingSince`]: null,
})

export const resetPassword = (): Values => ({
  [`${codeAt(CODE.reset)}/claimed`]: CODE_ID.reset,
  [`${accountOf(ACCOUNT.verified)}/passwordHash`]: `${HASH}2`,
  [`${accountOf(ACCOUNT.verified)}/passwordBy`]: CODE.reset,
})

export const countBudget = (key = 'DE', cap: unknown = 5): Values => ({
  [`${BUDGET}/${key}/count`]: increment(1),
  [`${BUDGET}/${key}/cap`]: cap,
})

export const countSent = (key = 'DE'): Values => ({
  [`${BREAKER}/${key}/sent`]: increment(1),
  [`${BREAKER}/${key}/free`]: 5,
  [`${BREAKER}/${key}/perVerified`]: 2,
})
