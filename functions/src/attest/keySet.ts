import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { fetchJson } from './fetchJson.ts'

/** Public RSA keys that a provider publishes (RFC 7517). */
export interface KeySet {
  /**
   * The key of this ID, at once when it is known; undefined when there is none.
   * @throws KeySetUnreachable, or rejects with it, when nothing is known that may still be believed
   */
  find(kid: string, nowMs: number): KeyObject | undefined | Promise<KeyObject | undefined>
}

export class KeySetUnreachable extends Error {
  override readonly name = 'KeySetUnreachable'
}

const HOUR_MS = 3_600_000
/** From then on a new set is fetched beside the requests, which go on with the old one. */
const STALE_MS = HOUR_MS
/** Firebase's advice: believed for six hours at most. Then nobody passes until a set has come. */
const EXPIRED_MS = 6 * HOUR_MS
/** Between two fetches, whatever the reason: tokens with made-up key IDs cause no more than that. */
const PAUSE_MS = 30_000
/** After a failure, while there is nothing to go on with: an outage is not made longer by us. */
const RETRY_MS = 2000
/** A signature under a smaller key is no proof any more. */
const MODULUS_BITS_MIN = 2048

interface Fetched {
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly at: number
}

export function makeKeySet(url: string): KeySet {
  let set: Fetched | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<Fetched> | undefined

  /** One fetch at a time, which all who wait share. */
  const fetchSet = (nowMs: number): Promise<Fetched> => {
    if (underWay !== undefined) return underWay
    triedAt = nowMs
    underWay = fetchJson(url)
      .then((value) => (set = { keys: keysIn(value), at: nowMs }))
      .catch((cause: unknown) => {
        throw new KeySetUnreachable(url, { cause })
      })
      .finally(() => (underWay = undefined))
    return underWay
  }

  return {
    find: (kid, nowMs) => {
      const known = set !== undefined && nowMs - set.at < EXPIRED_MS ? set : undefined
      if (known === undefined) {
        if (underWay === undefined && nowMs - triedAt < RETRY_MS) throw new KeySetUnreachable(url)
        return fetchSet(nowMs).then(({ keys }) => keys.get(kid))
      }
      const key = known.keys.get(kid)
      const mayFetch = nowMs - triedAt >= PAUSE_MS
      if (key !== undefined) {
        if (mayFetch && nowMs - known.at >= STALE_MS) fetchSet(nowMs).catch(() => undefined)
        return key
      }
      // A new key is used as soon as it is published, and an old set does not have it.
      if (!mayFetch) return undefined
      return fetchSet(nowMs).then(({ keys }) => keys.get(kid))
    },
  }
}

/** @throws TypeError for a set without a single key that we could use */
function keysIn(value: unknown): ReadonlyMap<string, KeyObject> {
  const { keys } = (value ?? {}) as { readonly keys?: unknown }
  const listed = Array.isArray(keys) ? (keys as readonly JWK[]) : []
  const usable = new Map<string, KeyObject>()
  for (const jwk of listed) {
    const key = typeof jwk?.kid === 'string' ? rsaKeyOf(jwk) : undefined
    if (key !== undefined) usable.set(jwk.kid!, key)
  }
  if (usable.size === 0) throw new TypeError('a key set without a key')
  return usable
}

/** The public key for RS256, or undefined: an entry of another kind is none of ours. */
export function rsaKeyOf(jwk: JWK): KeyObject | undefined {
  if (jwk.kty !== 'RSA' || (jwk.alg ?? 'RS256') !== 'RS256' || (jwk.use ?? 'sig') !== 'sig') {
    return undefined
  }
  try {
    const { kty, n, e } = jwk
    // These three alone: whatever else stands there, no private part is read.
    const key = createPublicKey({ key: { kty, n, e } as JWK & { kty: string }, format: 'jwk' })
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    return bits >= MODULUS_BITS_MIN ? key : undefined
  } catch {
    return undefined
  }
}
