import { TOLERANCES } from '@latchkey/protocol'
import type { Database, Row } from '../database.ts'
import { CODE_LIFE_MS } from '../accounts/accounts.ts'
import { SMS_WINDOWS } from '../accounts/limits.ts'
import { dayOf, hourOf, minuteOf } from '../installs/store.ts'

/** How much of each kind was removed. */
export interface SweepReport {
  readonly challenges: number
  readonly drops: number
  /** Minutes and days of nonces and counters, empty ones included. */
  readonly windows: number
  readonly revocations: number
  /** Codes, cooldowns and idempotency records whose time is over. */
  readonly expired: number
}

export interface SweepParts {
  readonly database: Database
  /** Unix milliseconds. */
  readonly now: () => number
  /** Rows that are read and removed at a time. */
  readonly batch: number
  /** No new batch is begun after this many ms: the rest is for the next sweep. */
  readonly budgetMs: number
}

/** How long a revocation is told: longer than any instance believes a record without the feed. */
const REVOCATION_KEPT_MS = 60 * 60 * 1000

/** Clocks of instances and of the database differ by less. */
const MARGIN_MS = 60_000

/**
 * Removes what is used or expired, in bounded batches. Nothing is removed on the word of an earlier
 * read: the rules check each removal again, so a sweep can race with anything, another sweep included.
 */
export async function sweep({ database, now, batch, budgetMs }: SweepParts): Promise<SweepReport> {
  const endAt = now() + budgetMs
  const pass: Pass = { database, batch, nowMs: now(), isOver: () => now() >= endAt }
  return {
    challenges: await sweepChallenges(pass),
    drops: await sweepDrops(pass),
    windows:
      (await sweepWindows(pass, 'nonces', minuteOf(pass.nowMs - nonceLifeMs))) +
      (await sweepWindows(pass, 'limits/challenges', minuteOf(pass.nowMs - MARGIN_MS))) +
      (await sweepWindows(pass, 'limits/otpAttempts', dayOf(pass.nowMs - MARGIN_MS))) +
      (await sweepAccountWindows(pass)),
    revocations: await sweepRevocations(pass),
    expired:
      (await sweepExpired(pass, 'codes', 'expiresAt')) +
      (await sweepExpired(pass, 'idempotency', 'expiresAt')) +
      (await sweepExpired(pass, 'cooldowns', '.value')),
  }
}

/** A nonce is needed while a request with its `created` can still be fresh. */
const nonceLifeMs = (TOLERANCES.pastSeconds + TOLERANCES.futureSeconds) * 1000 + MARGIN_MS

interface Pass {
  readonly database: Database
  readonly batch: number
  readonly nowMs: number
  readonly isOver: () => boolean
}

/** Used and expired challenges with their codes, UID by UID. */
async function sweepChallenges({ database, batch, nowMs, isOver }: Pass): Promise<number> {
  let removed = 0
  let last: string | undefined
  while (!isOver()) {
    const page = { limit: batch, ...(last !== undefined && { after: last }) }
    const rows = await database.select('challenges', page)
    const removals = rows.flatMap(([uid, slots]) =>
      Object.entries(slots as Record<string, { expiresAt: number; claimedBy?: string }>)
        .filter(
          ([, challenge]) => challenge.claimedBy !== undefined || challenge.expiresAt <= nowMs,
        )
        .map(([slot]) => ({
          [`challenges/${uid}/${slot}`]: null,
          [`users/${uid}/${slot}/otp`]: null,
        })),
    )
    removed += await removeAll(database, removals, batch)
    if (rows.length < batch) break
    last = rows.at(-1)![0]
  }
  return removed
}

/** Drops that no app has collected in time. Their keys stay: the app may have read them. */
const sweepDrops = (pass: Pass): Promise<number> =>
  sweepUntil(pass, 'installs', 'pickupBy', pass.nowMs, ([keyId, value]) => {
    const { uid, slot } = value as { uid: string; slot: string }
    return { [`users/${uid}/${slot}/credential`]: null, [`installs/${keyId}/pickupBy`]: null }
  })

const sweepRevocations = (pass: Pass): Promise<number> =>
  sweepUntil(pass, 'revocations', 'at', pass.nowMs - REVOCATION_KEPT_MS, ([id]) => ({
    [`revocations/${id}`]: null,
  }))

const sweepExpired = (pass: Pass, table: string, time: string): Promise<number> =>
  sweepUntil(pass, table, time, pass.nowMs, ([key]) => ({ [`${table}/${key}`]: null }))

/** The counters of the protected endpoints. */
async function sweepAccountWindows(pass: Pass): Promise<number> {
  // A code that was sent at the end of an hour is verified, and counted there, in the next.
  const hour = hourOf(pass.nowMs - CODE_LIFE_MS - MARGIN_MS)
  let removed = 0
  for (const table of ['guesses', 'logins', 'breakers/country', 'breakers/address']) {
    removed += await sweepWindows(pass, table, hour)
  }
  for (const { name, windowSeconds } of SMS_WINDOWS) {
    const firstKept = Math.floor((pass.nowMs - MARGIN_MS) / (windowSeconds * 1000))
    removed += await sweepWindows(pass, `budgets/${name}`, firstKept)
  }
  return removed
}

/** The rows whose `time` is there and has come, oldest first, until none is left or none can go. */
async function sweepUntil(
  { database, batch, isOver }: Pass,
  table: string,
  time: string,
  to: number,
  removalOf: (row: Row) => Removal,
): Promise<number> {
  let removed = 0
  while (!isOver()) {
    const rows = await database.select(table, { orderBy: time, from: 1, to, limit: batch })
    const done = await removeAll(database, rows.map(removalOf), batch)
    removed += done
    if (rows.length < batch || done === 0) break
  }
  return removed
}

/**
 * Whole windows (minutes, days) of a table that end before `firstKept`. Reading one downloads it, so
 * only the oldest is looked for; those behind it are removed unseen.
 */
async function sweepWindows(
  { database, batch, isOver }: Pass,
  table: string,
  firstKept: number,
): Promise<number> {
  let removed = 0
  while (!isOver()) {
    const [oldest] = await database.select(table, { to: String(firstKept - 1), limit: 1 })
    if (oldest === undefined) break
    const first = Number(oldest[0])
    const count = Math.min(firstKept - first, batch)
    const windows = Array.from({ length: count }, (_, at) => ({ [`${table}/${first + at}`]: null }))
    if (!(await database.write(joined(windows)))) break
    removed += count
  }
  return removed
}

/** The paths that one row lies at. */
type Removal = Readonly<Record<string, null>>

/**
 * All in one write of at most `batch` rows (one UID may have any number of slots); when the rules
 * refuse it, by halves, since a few rows have changed meanwhile.
 */
async function removeAll(
  database: Database,
  removals: readonly Removal[],
  batch: number,
): Promise<number> {
  const { length } = removals
  if (length === 0) return 0
  if (length <= batch && (await database.write(joined(removals)))) return length
  if (length === 1) return 0
  const half = Math.ceil(length / 2)
  const first = await removeAll(database, removals.slice(0, half), batch)
  return first + (await removeAll(database, removals.slice(half), batch))
}

const joined = (removals: readonly Removal[]): Removal =>
  Object.fromEntries(removals.flatMap((removal) => Object.entries(removal)))
