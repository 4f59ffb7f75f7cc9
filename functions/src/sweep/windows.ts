import { TOLERANCES } from '@latchkey/protocol'
import { CODE_LIFE_MS } from '../accounts/accounts.ts'
import { SMS_WINDOWS } from '../accounts/limits.ts'
import { dayOf, hourOf, minuteOf } from '../installs/store.ts'
import { apply, pages, type Pass, type Phase } from './pass.ts'

/** How long a revocation is told: longer than any instance believes a record without the feed. */
const REVOCATION_KEPT_MS = 60 * 60 * 1000

/** Clocks of instances and of the database differ by less. */
const MARGIN_MS = 60_000

/** A nonce is needed while a request with its `created` can still be fresh. */
const NONCE_LIFE_MS = (TOLERANCES.pastSeconds + TOLERANCES.futureSeconds) * 1000 + MARGIN_MS

/** A write of usage counts is refused after five minutes; until then its mark must be there. */
const MARK_LIFE_MS = 10 * 60 * 1000

/** Minutes, hours and days of nonces and counters. @returns how many, empty ones included */
export async function sweepWindows(pass: Pass): Promise<number> {
  // A code that was sent at the end of an hour is verified, and counted there, in the next.
  const hour = hourOf(pass.nowMs - CODE_LIFE_MS - MARGIN_MS)
  const firstKept: readonly (readonly [table: string, window: number])[] = [
    ['nonces', minuteOf(pass.nowMs - NONCE_LIFE_MS)],
    ['flushes', minuteOf(pass.nowMs - MARK_LIFE_MS)],
    ['limits/calls', minuteOf(pass.nowMs - MARGIN_MS)],
    ['limits/challenges', minuteOf(pass.nowMs - MARGIN_MS)],
    ['limits/otpAttempts', dayOf(pass.nowMs - MARGIN_MS)],
    ['limits/keys', dayOf(pass.nowMs - MARGIN_MS)],
    ['guesses', hour],
    ['logins', hour],
    ['breakers/country', hour],
    ['breakers/address', hour],
    ...SMS_WINDOWS.map(({ name, windowSeconds }): [string, number] => [
      `budgets/${name}`,
      Math.floor((pass.nowMs - MARGIN_MS) / (windowSeconds * 1000)),
    ]),
  ]
  let removed = 0
  for (const [table, window] of firstKept) removed += await removeBefore(pass, table, window)
  return removed
}

/**
 * Whole windows that end before `firstKept`. Reading one downloads it, so only the oldest is looked
 * for; those behind it are removed unseen.
 */
async function removeBefore(pass: Pass, table: string, firstKept: number): Promise<number> {
  const { database, batch } = pass
  let removed = 0
  for (;;) {
    if (pass.isOver()) {
      pass.onLeft('windows')
      return removed
    }
    const [oldest] = await database.select(table, { to: String(firstKept - 1), limit: 1 })
    if (oldest === undefined) return removed
    const first = Number(oldest[0])
    const count = Math.min(firstKept - first, batch)
    // Which of those behind it are there is not known without reading them.
    if (pass.dryRun) return count
    const windows = Array.from({ length: count }, (_, at) => `${table}/${first + at}`)
    if (!(await database.write(Object.fromEntries(windows.map((path) => [path, null])))))
      return removed
    removed += count
    pass.onProgress({ phase: 'windows', rows: removed })
  }
}

/** Entries of the feed that everybody knows. */
export const sweepRevocations = (pass: Pass): Promise<number> =>
  removeUntil(pass, 'revocations', 'revocations', 'at', pass.nowMs - REVOCATION_KEPT_MS)

/** Codes, idempotency records and cooldowns whose time is over. */
export async function sweepExpired(pass: Pass): Promise<number> {
  return (
    (await removeUntil(pass, 'expired', 'codes', 'expiresAt', pass.nowMs)) +
    (await removeUntil(pass, 'expired', 'idempotency', 'expiresAt', pass.nowMs)) +
    (await removeUntil(pass, 'expired', 'cooldowns', '.value', pass.nowMs))
  )
}

/** The rows whose time has come, oldest first. */
async function removeUntil(
  pass: Pass,
  phase: Phase,
  table: string,
  orderBy: string,
  to: number,
): Promise<number> {
  let removed = 0
  for await (const rows of pages(pass, phase, table, { orderBy, from: 1, to })) {
    const changes = rows.map(([key]) => ({ paths: { [`${table}/${key}`]: null } }))
    removed += await apply(pass, changes)
  }
  return removed
}
