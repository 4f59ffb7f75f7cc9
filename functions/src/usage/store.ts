import type { ErrorCode } from '@latchkey/protocol'
import { increment, readStored, type Database } from '../database.ts'
import { dayOf, minuteOf } from '../installs/store.ts'
import type { NetworkNames } from './networkNames.ts'

/** What one key has done since the last flush. */
export interface Count {
  /** That the guard has let through. */
  requests: number
  /** Unix milliseconds. */
  lastAt: number
  /** The client's, at the first of them. In memory only: what is written is a hash of its network. */
  address: string | undefined
  refused: Partial<Record<ErrorCode, number>> | undefined
  /** By provider and outcome of attestation. */
  attested: Record<string, number> | undefined
}

/** Counts of one hour that are added to the database by one write. */
export interface UsagePage {
  /** Whole hours since 1970, UTC. */
  readonly hour: number
  readonly rows: readonly (readonly [keyId: string, count: Count])[]
  /** Since it was first sent. */
  mark: Mark | undefined
}

/**
 * Written together with a page, and creatable once: an increment that is sent twice counts twice, and
 * the SDK sends again what a lost connection has left without an answer.
 */
export interface Mark {
  readonly id: string
  /** Unix milliseconds. The rules refuse a mark of long ago, whose first may have been swept. */
  readonly at: number
}

/** @throws ApiError `unavailable` from each operation; then the page may have been added or not */
export interface UsageStore {
  /** Adds the page exactly once for each mark; false when the rules refuse it, for good. */
  add(page: UsagePage, mark: Mark): Promise<boolean>
  isAdded(mark: Mark): Promise<boolean>
}

export function makeUsageStore(database: Database, names: NetworkNames): UsageStore {
  const isAdded = async ({ id, at }: Mark): Promise<boolean> =>
    (await readStored(database, `${minutePath(at)}/${id}`)) !== undefined

  return {
    isAdded,
    add: async (page, mark) => {
      const written = await database.write({
        ...updatesOf(page, names),
        [`${minutePath(mark.at)}/${mark.id}`]: mark.at,
      })
      // A refusal may be that of the same write, sent again.
      return written || isAdded(mark)
    },
  }
}

const minutePath = (at: number): string => `flushes/${minuteOf(at)}`

function updatesOf({ hour, rows }: UsagePage, names: NetworkNames): Record<string, unknown> {
  const day = dayOf(hour * HOUR_MS)
  const hourName = String(hour % 24).padStart(2, '0')
  const updates: Record<string, unknown> = {}
  for (const [keyId, { requests, lastAt, address, refused, attested }] of rows) {
    const path = `usage/${day}/${keyId}`
    updates[`${path}/lastAt`] = lastAt
    if (requests > 0) {
      updates[`${path}/requests`] = increment(requests)
      updates[`${path}/hours/${hourName}`] = increment(requests)
    }
    if (address !== undefined) {
      updates[`${path}/networks/${names.nameFor(keyId, address, day)}`] = increment(1)
    }
    for (const [code, times] of Object.entries(refused ?? {})) {
      updates[`${path}/refused/${code}`] = increment(times)
    }
    for (const [outcome, times] of Object.entries(attested ?? {})) {
      updates[`${path}/attested/${outcome}`] = increment(times)
    }
  }
  return updates
}

const HOUR_MS = 3_600_000
