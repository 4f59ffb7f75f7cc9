/** The clock of every case, Unix milliseconds: the rules' `now`. */
export const NOW = 1_795_300_000_000

const MINUTE_MS = 60_000
/** The caps of the rules allow for clocks that differ by a minute. */
export const MARGIN_MS = MINUTE_MS
export const DAY_MS = 86_400_000

/** 32 hex digits that begin with what they are for. */
const id = (name: string): string => name.padEnd(32, '0')
/** 22 characters that begin with what is in the slot. */
const slot = (name: string): string => name.padEnd(22, '_')

/** Where what is: `{uid}/{slot}`, named for the state that it is in. */
export const PLACE = {
  empty: `ada/${slot('empty')}`,
  /** A live challenge, with four attempts of five used up. */
  pending: `ada/${slot('pending')}`,
  /** A challenge that ends this very millisecond. */
  expired: `ada/${slot('expired')}`,
  /** A claimed challenge, and its key's drop that waits. */
  claimed: `ada/${slot('claimed')}`,
  /** A key that is in use, and the one before it. */
  used: `ada/${slot('used')}`,
  /** A key whose drop is kept (CREDENTIAL_PICKUP=keep). */
  kept: `ada/${slot('kept')}`,
  /** The kept drop of a key that is revoked by now. */
  revoked: `ada/${slot('revoked')}`,
  bobs: `bob/${slot('used')}`,
} as const

export const KEY = {
  claimed: id('c1'),
  active: id('ac'),
  superseded: id('5a'),
  suspended: id('5b'),
  dormant: id('d0'),
  revoked: id('4e'),
  kept: id('4f'),
  bobs: id('b0'),
  /** Active, and no use is recorded. */
  unused: id('b1'),
  /** Superseded, and its record may go. */
  ended: id('ed'),
  /** Dormant, and its record may go. */
  idle: id('1d'),
  /** The same, but it was used since it was marked. */
  usedAgain: id('1e'),
  /** The one that is about to be made. */
  next: id('aa'),
} as const

export const CHALLENGE = {
  pending: id('e1'),
  expired: id('e2'),
  claimed: id('e3'),
  next: id('ee'),
} as const

export const AUDIT = { old: id('a1'), next: id('a2') } as const

export const FEED = { recent: id('f1'), old: id('f2'), next: id('ff') } as const

/** Nonces of one minute; a third is free. */
export const NONCE = { first: nonce('a'), second: nonce('b'), next: nonce('c') } as const

/** Windows of the counters. */
export const WINDOW = {
  minute: String(Math.floor(NOW / MINUTE_MS)),
  day: String(Math.floor(NOW / DAY_MS)),
} as const

export const usageOf = (keyId: string): string => `usage/${WINDOW.day}/${keyId}`

export const usage = (lastAt: number) => ({
  requests: 2,
  refused: { replayed: 1 },
  attested: { 'none-missing': 1 },
  hours: { '09': 2 },
  networks: { abcdefgh: 1 },
  lastAt,
})

export const otpOf = (place: string): string => `users/${place}/otp`
export const credentialOf = (place: string): string => `users/${place}/credential`
export const challengeOf = (place: string): string => `challenges/${place}`
export const installOf = (keyId: string): string => `installs/${keyId}`

export const otp = () => ({ code: '12345678', expiresAt: NOW + MINUTE_MS })

export const challenge = (challengeId: string) => ({
  id: challengeId,
  createdAt: NOW - 1000,
  expiresAt: NOW + 30_000,
  attempts: 0,
  ownAttempts: 0,
  masterVersion: 1,
})

export const credential = (keyId: string) => ({
  apiKey: `lk_v1_${keyId.slice(0, 32)}_${'0'.repeat(32)}`,
  hmacSecret: `${'x'.repeat(42)}A`,
  keyId,
  issuedAt: NOW,
})

export function install(place: string) {
  const [uid, slotName] = place.split('/')
  return {
    uid,
    slot: slotName,
    place,
    status: 'active',
    scopes: { accounts: true },
    createdAt: NOW - 1000,
    lastUsedAt: NOW - 1000,
    masterVersion: 1,
  }
}

function dormant(removeAfter: number) {
  return { ...install(PLACE.bobs), status: 'dormant', dormantFrom: NOW - 1000, removeAfter }
}

export const feedEntry = () => ({ keyId: KEY.superseded, at: NOW, reason: 'superseded' })

export const auditEntry = () => ({
  at: NOW,
  who: 'ada@desk',
  action: 'revoke',
  target: KEY.revoked,
})

/** The data that every case starts from, by path. */
export const WORLD: Readonly<Record<string, unknown>> = {
  [otpOf(PLACE.pending)]: otp(),
  [challengeOf(PLACE.pending)]: { ...challenge(CHALLENGE.pending), attempts: 4, ownAttempts: 4 },

  [otpOf(PLACE.expired)]: otp(),
  [challengeOf(PLACE.expired)]: { ...challenge(CHALLENGE.expired), expiresAt: NOW },

  [challengeOf(PLACE.claimed)]: { ...challenge(CHALLENGE.claimed), claimedBy: KEY.claimed },
  [credentialOf(PLACE.claimed)]: credential(KEY.claimed),
  [installOf(KEY.claimed)]: {
    ...install(PLACE.claimed),
    challengeId: CHALLENGE.claimed,
    pickupBy: NOW + DAY_MS,
  },

  [installOf(KEY.active)]: install(PLACE.used),
  [installOf(KEY.superseded)]: {
    ...install(PLACE.used),
    status: 'superseded',
    graceUntil: NOW + 1000,
    removeAfter: NOW + DAY_MS,
  },
  [installOf(KEY.suspended)]: {
    ...install(PLACE.bobs),
    status: 'suspended',
    lastUsedAt: NOW - DAY_MS,
  },
  [installOf(KEY.dormant)]: dormant(NOW + DAY_MS),
  [installOf(KEY.ended)]: { ...install(PLACE.bobs), status: 'superseded', removeAfter: NOW },
  [installOf(KEY.idle)]: dormant(NOW),
  [installOf(KEY.usedAgain)]: { ...dormant(NOW), lastUsedAt: NOW - 500 },
  [installOf(KEY.unused)]: { ...install(PLACE.bobs), unusedSince: NOW - 1000 },

  [credentialOf(PLACE.kept)]: credential(KEY.kept),
  [installOf(KEY.kept)]: install(PLACE.kept),

  [credentialOf(PLACE.revoked)]: credential(KEY.revoked),
  [installOf(KEY.revoked)]: {
    ...install(PLACE.revoked),
    status: 'revoked',
    removeAfter: NOW + DAY_MS,
  },

  [installOf(KEY.bobs)]: install(PLACE.bobs),

  [`nonces/${WINDOW.minute}/${NONCE.first}`]: true,
  [`nonces/${WINDOW.minute}/${NONCE.second}`]: true,

  [`revocations/${FEED.recent}`]: { ...feedEntry(), at: NOW - 600_000 },
  [`revocations/${FEED.old}`]: { ...feedEntry(), at: NOW - 600_001 },

  [`audit/${AUDIT.old}`]: auditEntry(),
  'sweeps/cursor': { lastUsedAt: NOW - DAY_MS, keyId: KEY.active },
  'sweeps/usageDay': Number(WINDOW.day) - 35,
  [usageOf(KEY.active)]: usage(NOW - DAY_MS - 1),
  [usageOf(KEY.bobs)]: usage(NOW - DAY_MS),

  [`limits/challenges/${WINDOW.minute}`]: { ada: 3, bob: 1 },
  [`limits/otpAttempts/${WINDOW.day}`]: { ada: 3, bob: 1 },
  [`limits/keys/${WINDOW.day}`]: { ada: 3, bob: 1 },
}

function nonce(char: string): string {
  return `${id('ac')}-${char.repeat(16)}`
}
