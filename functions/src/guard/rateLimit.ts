import { LRUCache } from 'lru-cache'

/** How many requests in which time; also the quota and window of `RateLimit-Policy`. */
export interface RatePolicy {
  readonly name: string
  readonly quota: number
  readonly windowSeconds: number
}

/** What a limit says to one request. */
export interface RateVerdict {
  readonly allowed: boolean
  /** Requests left now. */
  readonly remaining: number
  /** Seconds until a request is allowed again, or until the quota is whole. */
  readonly resetSeconds: number
}

/** One policy, counted per key (an install, a client address) in this instance's memory. */
export interface RateLimit {
  readonly policy: RatePolicy
  take(key: string, nowMs: number): RateVerdict
}

/**
 * The generic cell rate algorithm: one number a key, the theoretical arrival time at which its quota
 * is whole again. No timers, no window edge at which twice the quota passes.
 */
export function makeRateLimit(policy: RatePolicy, keysMax: number): RateLimit {
  const windowMs = policy.windowSeconds * 1000
  const intervalMs = windowMs / policy.quota
  // A forgotten key has its whole quota again: with `keysMax` above what a flood can afford to vary.
  const arrivals = new LRUCache<string, { at: number }>({ max: keysMax })
  return {
    policy,
    take: (key, nowMs) => {
      let arrival = arrivals.get(key)
      if (arrival === undefined) arrivals.set(key, (arrival = { at: nowMs }))
      const next = Math.max(arrival.at, nowMs) + intervalMs
      const ahead = next - nowMs
      if (ahead > windowMs) {
        return { allowed: false, remaining: 0, resetSeconds: seconds(ahead - windowMs) }
      }
      arrival.at = next
      return {
        allowed: true,
        remaining: Math.floor((windowMs - ahead) / intervalMs),
        resetSeconds: seconds(ahead),
      }
    },
  }
}

const seconds = (ms: number): number => Math.ceil(ms / 1000)
