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
  /** Of the limit that says it. Given along, for to spread a verdict into another object takes 3 µs. */
  readonly policy: RatePolicy
}

/** One policy, counted per key (an install, a client address) in this instance's memory. */
export interface RateLimit {
  readonly policy: RatePolicy
  /** @param cost how many requests it counts as, 1 if it is not said; the whole quota at the most */
  take(key: string, nowMs: number, cost?: number): RateVerdict
}

/**
 * A leaky bucket, which is the generic cell rate algorithm: two numbers a key, no timers, and no edge
 * of a window at which twice the quota passes at once. A whole quota may come as one burst.
 */
export function makeRateLimit(policy: RatePolicy, keysMax: number): RateLimit {
  const windowMs = policy.windowSeconds * 1000
  // In requests x windowMs, so that all is whole numbers: a rounded interval would cost a request.
  const full = policy.quota * windowMs
  const secondsFor = (debt: number): number => Math.ceil(debt / (policy.quota * 1000))
  // A forgotten key has its whole quota again: with `keysMax` above what a flood can afford to vary.
  const buckets = new LRUCache<string, Bucket>({ max: keysMax })
  return {
    policy,
    take: (key, nowMs, cost = 1) => {
      const price = Math.min(cost, policy.quota) * windowMs
      let bucket = buckets.get(key)
      if (bucket === undefined) buckets.set(key, (bucket = { debt: 0, atMs: nowMs }))
      // A clock that was set back pays nothing off, and is counted from there: nobody is locked out.
      const paidOff = Math.max(0, nowMs - bucket.atMs) * policy.quota
      const owed = Math.max(0, bucket.debt - paidOff)
      const allowed = owed + price <= full
      bucket.debt = allowed ? owed + price : owed
      bucket.atMs = nowMs
      const remaining = Math.floor((full - bucket.debt) / price)
      const wait = allowed ? bucket.debt : owed + price - full
      return { allowed, remaining, resetSeconds: secondsFor(wait), policy }
    },
  }
}

interface Bucket {
  debt: number
  atMs: number
}
