/** How far `created` may lie from the server's clock. */
export const TOLERANCES = {
  /** A slow network, a retry and a clock somewhat behind; also how long a nonce must be remembered. */
  pastSeconds: 300,
  /** Clocks of phones run ahead by seconds; more would let a captured request be kept for later. */
  futureSeconds: 30,
} as const

export type Freshness = 'fresh' | 'stale' | 'future' | 'expired'

/** All in Unix seconds. Both ends of the window belong to it; `expires` is the last good second. */
export function freshness(time: {
  readonly created: number
  readonly expires?: number | undefined
  readonly nowSeconds: number
}): Freshness {
  if (time.created < time.nowSeconds - TOLERANCES.pastSeconds) return 'stale'
  if (time.created > time.nowSeconds + TOLERANCES.futureSeconds) return 'future'
  if (time.expires !== undefined && time.nowSeconds > time.expires) return 'expired'
  return 'fresh'
}
