import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

/** P-256, or RSA of these sizes: NIST SP 800-57 has nothing less, and more would only be slow. */
const RSA_BITS = [2048, 4096] as const

/** F4, written in the one way that base64url has for it. Small exponents are what attacks on RSA are made of. */
const RSA_EXPONENT = 'AQAB'

/**
 * The key of a device in RFC 7638's form (the members that make the key, in order), or null: for a point
 * that is not on the curve, another curve or size, or another writing of the same key. What else a JWK has
 * is dropped.
 */
export function readDeviceKey(jwk: JsonWebKey): string | null {
  const key = keyOf(jwk)
  return key === null || !isStrong(key) ? null : canonical(jwk, key)
}

function keyOf(jwk: JsonWebKey): KeyObject | null {
  const { kty, crv, x, y, n, e } = jwk
  try {
    // Public members alone. Of a point OpenSSL checks that it is on the curve.
    if (kty === 'EC' && crv === 'P-256') {
      return createPublicKey({ key: { kty, crv, x, y } as JsonWebKey, format: 'jwk' })
    }
    if (kty === 'RSA' && e === RSA_EXPONENT) {
      return createPublicKey({ key: { kty, n, e } as JsonWebKey, format: 'jwk' })
    }
    return null
  } catch {
    return null
  }
}

function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'ec') return true
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return bits >= RSA_BITS[0] && bits <= RSA_BITS[1]
}

/** As OpenSSL writes it; null when the sender's writing was another, for then a hash would be, too. */
function canonical(sent: JsonWebKey, key: KeyObject): string | null {
  const text = publicText(key)
  const own = JSON.parse(text) as JsonWebKey
  const isSame = (['x', 'y', 'n', 'e'] as const).every((name) => own[name] === sent[name])
  return isSame ? text : null
}

/** RFC 7638 section 3.2. */
export function publicText(key: KeyObject): string {
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' })
  return JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { e, kty, n })
}
