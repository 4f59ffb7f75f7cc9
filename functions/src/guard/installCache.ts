import { LRUCache } from 'lru-cache'
import type { Install } from '../installs/install.ts'

interface CachedInstall {
  readonly install: Install | null
  /** Unix milliseconds, from before the read. */
  readonly readAt: number
}

/** Install records in memory, so that a warm request reads nothing. */
export interface InstallCache {
  /** The record, from memory or by one read that concurrent callers share. */
  get(keyId: string, nowMs: number): Install | null | Promise<Install | null>
  /**
   * What we have just written ourselves, without waiting for the feed; nothing when the record is no
   * longer the one it was made from, for it may have been revoked meanwhile.
   */
  replace(install: Install, by: Install): void
  /** Forgets the record, and the answer of a read that is under way. */
  drop(keyId: string): void
  readonly size: number
}

export interface InstallCacheParts {
  readonly read: (keyId: string) => Promise<Install | null>
  /** Unix ms since when every revocation of the key has reached us; Infinity while that is not certain. */
  readonly liveSince: (nowMs: number, keyId: string) => number
  readonly max: number
  readonly ttlMs: number
}

/**
 * A record is believed as long as the revocation feed has been live since it was read, and otherwise
 * for `ttlMs`. An absent record is remembered like any other: keys are issued together with their
 * record, so it was removed for good.
 */
export function makeInstallCache({ read, liveSince, max, ttlMs }: InstallCacheParts): InstallCache {
  const cache = new LRUCache<string, CachedInstall>({ max })
  const reads = new Map<string, Promise<Install | null>>()

  const isBelieved = ({ readAt }: CachedInstall, keyId: string, nowMs: number): boolean =>
    nowMs - readAt < ttlMs || readAt >= liveSince(nowMs, keyId)

  const readOnce = (keyId: string, nowMs: number): Promise<Install | null> => {
    const underWay = reads.get(keyId)
    if (underWay !== undefined) return underWay
    const started = read(keyId).then((install) => {
      // Dropped meanwhile: what was read may be older than the revocation.
      if (reads.get(keyId) === started) cache.set(keyId, { install, readAt: nowMs })
      return install
    })
    const ended = started.finally(() => {
      if (reads.get(keyId) === started) reads.delete(keyId)
    })
    reads.set(keyId, started)
    return ended
  }

  return {
    get: (keyId, nowMs) => {
      const cached = cache.get(keyId)
      if (cached !== undefined && isBelieved(cached, keyId, nowMs)) {
        return cached.install
      }
      return readOnce(keyId, nowMs)
    },
    replace: (install, by) => {
      const cached = cache.peek(install.keyId)
      if (cached?.install === install) cache.set(by.keyId, { install: by, readAt: cached.readAt })
    },
    drop: (keyId) => {
      cache.delete(keyId)
      reads.delete(keyId)
    },
    get size() {
      return cache.size
    },
  }
}
