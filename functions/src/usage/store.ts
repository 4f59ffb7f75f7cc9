import type { ErrorCode } from '@latchkey/protocol'
import { increment, NOW, readStored, type Database } from '../database.ts'
import { dayOf, minuteOf } from '../installs/store.ts'
import type { NetworkSignal, Signal } from './signals.ts'
import type { UsageNames } from './usageNames.ts'

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
  /** What behaviour is judged by; honest traffic has none. */
  signals: Partial<Record<Signal, number>> | undefined
  /** Numbers that account routes were called for, and their countries. In memory only, as the address. */
  phones: Map<string, string> | undefined
  /** Where the first wrong signature under its API key came from; as the address. */
  forgedFrom: string | undefined
}

/** What came from one address since the last flush, of calls that no key has signed. */
export interface AroundCount {
  /** Unix milliseconds. */
  lastAt: number
  readonly signals: Partial<Record<NetworkSignal, number>>
}

/** Counts of one hour that are added to the database by one write. */
export interface UsagePage {
  /** Whole hours since 1970, UTC. */
  readonly hour: number
  readonly rows: readonly (readonly [keyId: string, count: Count])[]
  readonly around: readonly (readonly [address: string, count: AroundCount])[]
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

export function makeUsageStore(database: Database, names: UsageNames): UsageStore {
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

function updatesOf({ hour, rows, around }: UsagePage, names: UsageNames): Record<string, unknown> {
  const day = dayOf(hour * HOUR_MS)
  const hourName = String(hour % 24).padStart(2, '0')
  const updates: Record<string, unknown> = {}

  const countAround = (name: string, lastAt: number, signals: AroundCount['signals']): void => {
    const path = `networks/${day}/${name}`
    updates[`${path}/lastAt`] = lastAt
    for (const [signal, times] of Object.entries(signals)) {
      // Several addresses, or keys, of one network are one path.
      const at = `${path}/signals/${hourName}/${signal}`
      totals.set(at, (totals.get(at) ?? 0) + times)
      updates[at] = increment(totals.get(at)!)
    }
  }
  const totals = new Map<string, number>()

  const countKeys = (name: string, lastAt: number): void => {
    const keys = names.sharedBy(name, day)
    if (keys > 0) countAround(name, lastAt, { keys })
  }

  for (const [keyId, count] of rows) {
    const { requests, lastAt, address, refused, attested, signals, phones } = count
    const path = `usage/${day}/${keyId}`
    updates[`${path}/lastAt`] = lastAt
    if (requests > 0) {
      updates[`${path}/requests`] = increment(requests)
      updates[`${path}/hours/${hourName}`] = increment(requests)
    }
    if (address !== undefined) {
      const name = names.networks.nameFor(keyId, address, day, (first) => countKeys(first, lastAt))
      updates[`${path}/networks/${name}`] = increment(1)
    }
    for (const [code, times] of Object.entries(refused ?? {})) {
      updates[`${path}/refused/${code}`] = increment(times)
    }
    for (const [outcome, times] of Object.entries(attested ?? {})) {
      updates[`${path}/attested/${outcome}`] = increment(times)
    }
    for (const [signal, times] of Object.entries(signals ?? {})) {
      updates[`${path}/signals/${hourName}/${signal}`] = increment(times)
    }
    for (const [phone, country] of phones ?? []) {
      updates[`${path}/phones/${names.phones.nameFor(keyId, phone, day)}`] = hour * HOUR_MS
      updates[`${path}/countries/${country}`] = hour * HOUR_MS
    }
    // By the database's own clock: whoever reads on from a time misses none that is written later.
    if (signals !== undefined) updates[`${path}/notedAt`] = NOW
  }
  for (const [address, { lastAt, signals }] of around) {
    countAround(names.ofNetwork(address, day), lastAt, signals)
  }
  return updates
}

const HOUR_MS = 3_600_000
