import { TOLERANCES } from '@latchkey/protocol'

/** The nonces of this instance: what was accepted once is recognised until it is stale. */
export interface NonceMemory {
  /** `replayed` when it was seen before, `full` when nothing more can be remembered. */
  claim(keyId: string, nonce: string, created: number, nowSeconds: number): NonceVerdict
  readonly size: number
}

export type NonceVerdict = 'claimed' | 'replayed' | 'full'

/**
 * Nonces in one set per minute of `created`, so that forgetting is dropping a set. A replay carries
 * the same `created` (it is signed) and so always meets the set of its first use.
 */
export function makeNonceMemory(max: number): NonceMemory {
  const minutes = new Map<number, Set<string>>()
  let size = 0
  let sweptMinute = 0

  const forget = (nowSeconds: number): void => {
    // A request is stale once created + 300 s < now: then its whole minute must have passed as well.
    const oldest = Math.floor((nowSeconds - TOLERANCES.pastSeconds) / 60)
    if (oldest === sweptMinute) return
    sweptMinute = oldest
    for (const [minute, nonces] of minutes) {
      if (minute >= oldest) continue
      size -= nonces.size
      minutes.delete(minute)
    }
  }

  return {
    claim: (keyId, nonce, created, nowSeconds) => {
      forget(nowSeconds)
      const minute = Math.floor(created / 60)
      let nonces = minutes.get(minute)
      if (nonces === undefined) minutes.set(minute, (nonces = new Set()))
      // Their lengths cannot be confused: a key ID has 32 characters.
      const name = keyId + nonce
      if (nonces.has(name)) return 'replayed'
      // Full is closed: to forget a nonce early would be to accept its replay.
      if (size >= max) return 'full'
      nonces.add(name)
      size += 1
      return 'claimed'
    },
    get size() {
      return size
    },
  }
}
