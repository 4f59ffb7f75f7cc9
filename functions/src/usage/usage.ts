import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@latchkey/protocol'
import { isUnavailable } from '../deadline.ts'
import { hourOf } from '../installs/store.ts'
import { describeError, type Log } from '../log.ts'
import { signalOf, type NetworkSignal, type Signal } from './signals.ts'
import type { AroundCount, Count, Mark, UsagePage, UsageStore } from './store.ts'

/** What each key does, counted in memory and added to the database once a minute. */
export interface Usage {
  /** A request that the guard has let through. */
  admitted(keyId: string, nowMs: number, incoming: IncomingMessage): void
  /** One that was answered with an error; no `keyId` when no signature had verified. */
  refused(code: ErrorCode, nowMs: number, keyId?: string): void
  /** What attestation has found out about a request, as `app-check-attested`. */
  attested(outcome: string, nowMs: number, keyId?: string): void
  /** A call of an account route for a number. */
  called(keyId: string, nowMs: number, call: AccountCall): void
  /** A wrong signature under a genuine API key: whoever has sent it need not be its install. */
  forged(keyId: string, nowMs: number, incoming: IncomingMessage): void
  /** What came from a network, of calls that no key has signed. */
  around(signal: NetworkSignal, nowMs: number, incoming: IncomingMessage): void
  /** Writes what was counted, and waits for what is being written. Never fails: what is left is kept. */
  flush(): Promise<void>
  /** Ends the timer. */
  stop(): void
}

export interface AccountCall {
  /** `sms`: one that sends a text. */
  readonly kind: 'sms' | 'accounts'
  readonly e164: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

export interface UsageParts {
  readonly store: UsageStore
  /** The client as limits count it; asked once for each key and flush. */
  readonly addressOf: (incoming: IncomingMessage) => string
  readonly newId: () => string
  /** Requests of one flush that make it a busy one. */
  readonly busyRequests: number
  /** Between two flushes: what a crash can lose. */
  readonly everyMs: number
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: Log
}

/** Keys counted at once; with more, the flush comes earlier, and costs all the requests of then. About 150 bytes each. */
export const OPEN_KEYS_MAX = 12_000

/** Keys in pages that wait for the database. Beyond, the oldest pages are given up. */
export const WAITING_KEYS_MAX = 20_000

/**
 * Keys in one write: four or five paths each. The SDK takes 0.2 to 0.4 ms a key, in one go, and every request
 * of the instance waits for that long. Measured over 5000 keys: pages of 250 held others up for 137 ms, of 25
 * for 14 ms, at the same cost in all.
 */
export const PAGE_KEYS_MAX = 25

/** Numbers of a key, and addresses, that are counted apart in one flush; the others are not. */
const PHONES_A_FLUSH_MAX = 16
const ADDRESSES_A_FLUSH_MAX = 200

/** Where requests are counted that no key has signed. */
export const UNVERIFIED = 'unverified'

/** Where usage is not to be counted. */
export const UNCOUNTED: Usage = {
  admitted: () => undefined,
  refused: () => undefined,
  attested: () => undefined,
  called: () => undefined,
  forged: () => undefined,
  around: () => undefined,
  flush: () => Promise.resolve(),
  stop: () => undefined,
}

/** Counts of one hour that are still being added to. */
interface Window {
  readonly hour: number
  readonly keys: Map<string, Count>
  /** By address. */
  readonly around: Map<string, AroundCount>
}

const emptyWindow = (hour: number): Window => ({ hour, keys: new Map(), around: new Map() })

/**
 * A flush is begun by the request that finds it due (between requests Cloud Functions takes the CPU
 * away, so a timer alone would come late), by a timer, and at the end; no request waits for it. While
 * the database is away all goes on being counted in the open window.
 */
export function makeUsage(parts: UsageParts): Usage {
  const { store, addressOf, newId, busyRequests, everyMs, now, log } = parts
  let open = emptyWindow(0)
  let pages: UsagePage[] = []
  let flushedAt: number | undefined
  let underWay: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  /** The key's counts. Warm: one comparison, one look-up. */
  const countOf = (keyId: string, nowMs: number): Count => {
    const hour = hourOf(nowMs)
    if (hour !== open.hour) seal(hour)
    const known = open.keys.get(keyId)
    if (known !== undefined) return known
    if (open.keys.size >= OPEN_KEYS_MAX) {
      seal(hour)
      void usage.flush()
    }
    const count: Count = {
      requests: 0,
      lastAt: nowMs,
      address: undefined,
      refused: undefined,
      attested: undefined,
      signals: undefined,
      phones: undefined,
      forgedFrom: undefined,
    }
    open.keys.set(keyId, count)
    return count
  }

  const flushIfDue = (nowMs: number): void => {
    if (flushedAt === undefined) {
      flushedAt = nowMs
      timer = setInterval(() => void usage.flush(), everyMs).unref()
    }
    if (nowMs - flushedAt >= everyMs) void usage.flush()
  }

  /** Turns the open window into pages. What was counted until now belongs to its hour. */
  const seal = (nextHour: number): void => {
    const { hour, keys, around: addresses } = open
    open = emptyWindow(nextHour)
    const rows = [...keys]
    for (const [, count] of rows) {
      if (count.requests >= busyRequests) note(count, 'busy')
      const { forgedFrom, signals, lastAt } = count
      if (forgedFrom !== undefined)
        countAt(addresses, forgedFrom, 'forged', lastAt, signals?.forged)
    }
    const around = [...addresses]
    for (let at = 0; at < rows.length; at += PAGE_KEYS_MAX) {
      pages.push({ hour, rows: rows.slice(at, at + PAGE_KEYS_MAX), around: [], mark: undefined })
    }
    if (around.length > 0) pages.push({ hour, rows: [], around, mark: undefined })
    let waiting = pages.reduce((sum, page) => sum + page.rows.length, 0)
    while (waiting > WAITING_KEYS_MAX) {
      const oldest = pages.shift()!
      waiting -= oldest.rows.length
      giveUp(oldest)
    }
  }

  const giveUp = ({ rows }: UsagePage, error?: unknown): void => {
    const requests = rows.reduce((sum, [, count]) => sum + count.requests, 0)
    const why = error === undefined ? {} : { error: describeError(error) }
    log({ event: 'usage_dropped', keys: rows.length, requests, ...why })
  }

  /** Writes the pages in turn, up to the first that the database does not answer for. */
  const drain = async (): Promise<void> => {
    for (let page = pages[0]; page !== undefined; page = pages[0]) {
      let fault: unknown
      try {
        if (!(await add(page))) fault = new Error('the rules refused usage counts')
      } catch (error) {
        if (isUnavailable(error)) return
        fault = error
      }
      if (fault !== undefined) giveUp(page, fault)
      // It may have been given up meanwhile, to make room.
      pages = pages.filter((other) => other !== page)
    }
  }

  const add = async (page: UsagePage): Promise<boolean> => {
    // Sent before, and no answer came: it may have been done.
    if (page.mark !== undefined && (await store.isAdded(page.mark))) return true
    page.mark ??= newMark()
    if (await store.add(page, page.mark)) return true
    // Refused for good, for a mark is good for minutes only: now nothing of it can come late.
    page.mark = newMark()
    return store.add(page, page.mark)
  }

  const newMark = (): Mark => ({ id: newId(), at: now() })

  const flushAll = async (): Promise<void> => {
    await drain()
    if (pages.length > 0) return
    seal(open.hour)
    await drain()
  }

  const usage: Usage = {
    admitted: (keyId, nowMs, incoming) => {
      const count = countOf(keyId, nowMs)
      count.requests += 1
      count.lastAt = nowMs
      count.address ??= addressOf(incoming)
      flushIfDue(nowMs)
    },
    refused: (code, nowMs, keyId = UNVERIFIED) => {
      const count = countOf(keyId, nowMs)
      const refused = (count.refused ??= {})
      refused[code] = (refused[code] ?? 0) + 1
      const signal = keyId === UNVERIFIED ? undefined : signalOf(code)
      if (signal !== undefined) note(count, signal)
      count.lastAt = nowMs
      flushIfDue(nowMs)
    },
    attested: (outcome, nowMs, keyId = UNVERIFIED) => {
      const count = countOf(keyId, nowMs)
      const attested = (count.attested ??= {})
      attested[outcome] = (attested[outcome] ?? 0) + 1
      if (keyId !== UNVERIFIED && UNATTESTED.test(outcome)) note(count, 'unattested')
      count.lastAt = nowMs
      flushIfDue(nowMs)
    },
    called: (keyId, nowMs, { kind, e164, country }) => {
      const count = countOf(keyId, nowMs)
      note(count, kind)
      const phones = (count.phones ??= new Map())
      if (phones.size < PHONES_A_FLUSH_MAX) phones.set(e164, country)
      count.lastAt = nowMs
      flushIfDue(nowMs)
    },
    forged: (keyId, nowMs, incoming) => {
      const count = countOf(keyId, nowMs)
      note(count, 'forged')
      // Asked once for each key, too: a refused request must not cost more than an accepted one.
      count.forgedFrom ??= addressOf(incoming)
      count.lastAt = nowMs
      flushIfDue(nowMs)
    },
    around: (signal, nowMs, incoming) => {
      const hour = hourOf(nowMs)
      if (hour !== open.hour) seal(hour)
      countAt(open.around, addressOf(incoming), signal, nowMs)
      flushIfDue(nowMs)
    },
    flush: () => {
      if (underWay !== undefined) return underWay
      flushedAt = now()
      const flushing = flushAll().finally(() => (underWay = undefined))
      return (underWay = flushing)
    },
    stop: () => clearInterval(timer),
  }
  return usage
}

/** What a provider says no to; when it cannot be asked, that says nothing of the key. */
const UNATTESTED = /-(?:missing|rejected)$/

function countAt(
  addresses: Map<string, AroundCount>,
  address: string,
  signal: NetworkSignal,
  lastAt: number,
  times = 1,
): void {
  let count = addresses.get(address)
  if (count === undefined) {
    if (addresses.size >= ADDRESSES_A_FLUSH_MAX) return
    addresses.set(address, (count = { lastAt, signals: {} }))
  }
  count.signals[signal] = (count.signals[signal] ?? 0) + times
  count.lastAt = lastAt
}

function note(count: Count, signal: Signal): void {
  const signals = (count.signals ??= {})
  signals[signal] = (signals[signal] ?? 0) + 1
}
