import { ENCRYPTION } from '@latchkey/protocol'

/** The members of a key that are used here (RFC 7517, RFC 7518 section 6). */
export interface Jwk {
  readonly kty: 'EC' | 'RSA'
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
  readonly kid?: string
}

export type KeyAlg = (typeof ENCRYPTION.algs)[keyof typeof ENCRYPTION.algs]

/** Both hashes of OAEP, that of the label and that of MGF1, are SHA-256 (RFC 7518 section 4.3). */
const RSA = { name: 'RSA-OAEP', hash: 'SHA-256' } as const
const EC = { name: 'ECDH', namedCurve: 'P-256' } as const

/** A key, of which nothing but its kind is known yet; undefined for anything else. */
export function readJwk(text: unknown): Jwk | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const jwk = JSON.parse(text) as Jwk | null
    return jwk?.kty === 'RSA' || (jwk?.kty === 'EC' && jwk.crv === EC.namedCurve) ? jwk : undefined
  } catch {
    return undefined
  }
}

/** RFC 7638 section 3.2: the members that make a public key, in order. */
export function publicText({ kty, crv, x, y, n, e }: Jwk): string {
  return JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { e, kty, n })
}

/** By its public members alone. A point that is not on the curve is refused by the runtime. */
export function importPublicKey(jwk: Jwk): Promise<CryptoKey> {
  const { subtle } = crypto
  const own = JSON.parse(publicText(jwk)) as JsonWebKey
  return jwk.kty === 'EC'
    ? subtle.importKey('jwk', own, EC, false, [])
    : subtle.importKey('jwk', own, RSA, false, ['encrypt'])
}

/** Nothing can read it out again. @param text a JWK */
export function importPrivateKey(alg: KeyAlg, text: string): Promise<CryptoKey> {
  const jwk = JSON.parse(text) as JsonWebKey
  // Whatever the key says that it is for: this is what it is used for.
  for (const name of ['alg', 'use', 'key_ops', 'ext'] as const) delete jwk[name]
  return alg === ENCRYPTION.algs.EC
    ? crypto.subtle.importKey('jwk', jwk, EC, false, ['deriveBits'])
    : crypto.subtle.importKey('jwk', jwk, RSA, false, ['decrypt'])
}
