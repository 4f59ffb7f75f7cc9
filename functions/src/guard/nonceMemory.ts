import { TOLERANCES } from '@latchkey/protocol'

/** The nonces of this instance: what was accepted once is recognised until it is stale. */
export interface NonceMemory {
  /** `replayed` when it was seen before, `full` when nothing more can be remembered. */
  claim(keyId: string, nonce: string, created: number, nowSeconds: number): NonceVerdict
  /** Takes a claim back: its request was refused all the same, so its replay would be its first time. */
  release(keyId: string, nonce: string, created: number): void
  readonly size: number
}

export type NonceVerdict = 'claimed' | 'replayed' | 'full'

/**
 * A request is stale once created + 300 s < now. The rest is for a clock that is set back meanwhile, by
 * as much as clocks may differ at all.
 */
const REMEMBERED_SECONDS = TOLERANCES.pastSeconds + TOLERANCES.futureSeconds

/**
 * Nonces in one set per minute of `created`, so that forgetting is dropping a set. A replay carries
 * the same `created` (it is signed) and so always meets the set of its first use.
 */
export function makeNonceMemory(max: number): NonceMemory {
  const minutes = new Map<number, Set<string>>()
  let size = 0
  let sweptMinute = 0

  const forget = (nowSeconds: number): void => {
    const oldest = Math.floor((nowSeconds - REMEMBERED_SECONDS) / 60)
    if (oldest === sweptMinute) return
    sweptMinute = oldest
    for (const [minute, nonces] of minutes) {
      if (minute >= oldest) continue
      size -= nonces.size
      minutes.delete(minute)
    }
  }

  // Not to be confused: a key ID has 32 characters. A copy, because V8 joins and cuts texts by reference:
  // 70 bytes instead of the whole Signature-Input header.
  const nameOf = (keyId: string, nonce: string): string =>
    Buffer.from(keyId + nonce, 'latin1').toString('latin1')

  return {
    claim: (keyId, nonce, created, nowSeconds) => {
      forget(nowSeconds)
      const minute = Math.floor(created / 60)
      let nonces = minutes.get(minute)
      if (nonces === undefined) minutes.set(minute, (nonces = new Set()))
      const name = nameOf(keyId, nonce)
      if (nonces.has(name)) return 'replayed'
      // Full is closed: to forget a nonce early would be to accept its replay.
      if (size >= max) return 'full'
      nonces.add(name)
      size += 1
      return 'claimed'
    },
    release: (keyId, nonce, created) => {
      if (minutes.get(Math.floor(created / 60))?.delete(nameOf(keyId, nonce))) size -= 1
    },
    get size() {
      return size
    },
  }
}
