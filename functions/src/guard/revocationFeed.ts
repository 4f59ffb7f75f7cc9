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
 * The SDK keeps every row that a listener has been told, about 1 kB each, and after a leak all installs
 * register anew within hours: so the listener is replaced by one that begins later.
 */
export const RENEWED_EVERY_MS = 5 * 60 * 1000

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
  let followedAt = 0
  let stop = (): void => undefined
  const isSilent = (nowMs: number): boolean => isEnded || nowMs - heardAt >= SILENCE_MAX_MS

  const follow = (nowMs: number): void => {
    // What an ended listener has missed is told by the new one, but only from now on nothing is missed.
    if (isEnded) heardAt = Number.NEGATIVE_INFINITY
    isEnded = false
    followedAt = nowMs
    const stopFormer = stop
    const stopThis = database.follow(
      'revocations',
      { orderBy: 'at', from: nowMs - OVERLAP_MS },
      {
        row: ([, value]) => onRevoked((value as { keyId: string }).keyId),
        end: () => {
          if (stop === stopThis) isEnded = true
        },
      },
    )
    stop = stopThis
    stopFormer()
  }

  follow(now())
  return {
    liveSince: (nowMs) => (isSilent(nowMs) ? Number.POSITIVE_INFINITY : since),
    beat: async () => {
      const askedAt = now()
      // Before it is asked: the new listener's first data then come before the answer.
      if (askedAt - followedAt >= RENEWED_EVERY_MS) follow(askedAt)
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
    stop: () => stop(),
  }
}
