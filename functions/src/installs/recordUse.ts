import { isUnavailable } from '../deadline.ts'
import { describeError, type Log } from '../log.ts'
import type { Install } from './install.ts'
import type { InstallStore } from './store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** After a failure nothing is tried for that long: requests must not wait in line for a dead database. */
const PAUSE_MS = 10_000

export interface UseRecorderParts {
  readonly store: Pick<InstallStore, 'collect' | 'recordUse'>
  /** Where the record is cached, to be told what has been written. */
  readonly cache: { replace(install: Install, by: Install): void; drop(keyId: string): void }
  readonly log: Log
}

/**
 * Notes that a key was used: at the first accepted request its drop is removed, later its last use is
 * recorded, at most once a day. Undefined when there is nothing to write, so a warm request does not
 * wait. Never fails: a request that was admitted is not refused for this.
 */
export function makeUseRecorder({ store, cache, log }: UseRecorderParts) {
  const underWay = new Map<string, Promise<void>>()
  let pausedUntil = 0

  const write = async (install: Install, nowMs: number): Promise<void> => {
    const { keyId, pickupBy, ...record } = install
    // Clocks of instances differ; the record's never goes back.
    const lastUsedAt = Math.max(nowMs, install.lastUsedAt)
    try {
      const written =
        pickupBy === undefined
          ? await store.recordUse(keyId, lastUsedAt)
          : await store.collect(install, lastUsedAt)
      if (written) cache.replace(install, { ...record, keyId, lastUsedAt })
      else cache.drop(keyId)
    } catch (error) {
      if (isUnavailable(error)) pausedUntil = nowMs + PAUSE_MS
      log({ event: 'use_not_recorded', keyId, error: describeError(error) })
    } finally {
      underWay.delete(keyId)
    }
  }

  return (install: Install, nowMs: number): Promise<void> | undefined => {
    const isDue = install.pickupBy !== undefined || nowMs - install.lastUsedAt >= DAY_MS
    if (!isDue || nowMs < pausedUntil) return undefined
    const other = underWay.get(install.keyId)
    if (other !== undefined) return other
    const writing = write(install, nowMs)
    underWay.set(install.keyId, writing)
    return writing
  }
}
