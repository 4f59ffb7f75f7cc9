import type { Database } from '../database.ts'

/** The live listener on `revocations` that makes a warm instance forget a key at once. */
export interface RevocationFeed {
  /** Unix ms since when every revocation has reached us; Infinity while that is not certain. */
  liveSince(nowMs: number): number
  /** Asks the server for a sign of life; the caller repeats it every `HEARTBEAT_MS`. */
  beat(): Promise<void>
  stop(): void
}

/** A cached record may be this stale at the most: it must stay below the cache's 60 s. */
export const HEARTBEAT_MS = 20_000
const SILENCE_MAX_MS = 2 * HEARTBEAT_MS + 5000

/** Revocations of the last minutes are told again at the start: clocks of instances differ. */
const OVERLAP_MS = 10 * 60 * 1000

/**
 * Follows the feed. A connection can be dead without anybody having noticed (a frozen instance, a
 * dropped route), so being connected is no proof: only an answer of the server is, and it expires.
 */
export function followRevocations(
  database: Database,
  now: () => number,
  onRevoked: (keyId: string) => void,
): RevocationFeed {
  let heardAt = Number.NEGATIVE_INFINITY
  let since = Number.POSITIVE_INFINITY
  let isEnded = false
  const isSilent = (nowMs: number): boolean => isEnded || nowMs - heardAt >= SILENCE_MAX_MS
  const stop = database.follow(
    'revocations',
    { orderBy: 'at', from: now() - OVERLAP_MS },
    {
      row: ([, value]) => onRevoked((value as { keyId: string }).keyId),
      end: () => (isEnded = true),
    },
  )
  return {
    liveSince: (nowMs) => (isSilent(nowMs) ? Number.POSITIVE_INFINITY : since),
    beat: async () => {
      const askedAt = now()
      // The answer comes over the listener's own connection, after all that was sent on it before.
      try {
        await database.read('revocations/heartbeat')
      } catch {
        heardAt = Number.NEGATIVE_INFINITY
        return
      }
      if (isSilent(askedAt)) since = askedAt
      heardAt = askedAt
    },
    stop,
  }
}
