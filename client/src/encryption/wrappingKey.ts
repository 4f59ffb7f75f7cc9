import { ENCRYPTION } from '@latchkey/protocol'
import { encode, sha256 } from '../webCrypto.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** The names of the two parties, as the header has them, decoded. */
export interface Parties {
  readonly apu: Bytes
  readonly apv: Bytes
}

/**
 * The key that wraps the content's (RFC 7518 section 4.6): agreed on by ECDH, and derived by the Concat KDF
 * of NIST SP 800-56A in one round of SHA-256.
 */
export async function wrappingKey(
  privateKey: CryptoKey,
  publicKey: CryptoKey,
  { apu, apv }: Parties,
  usage: 'wrapKey' | 'unwrapKey',
): Promise<CryptoKey> {
  const agreed = await crypto.subtle.deriveBits(
    { name: 'ECDH', public: publicKey },
    privateKey,
    256,
  )
  const text = join([
    uint32(1),
    new Uint8Array(agreed),
    withLength(encode(ENCRYPTION.algs.EC)),
    withLength(apu),
    withLength(apv),
    uint32(256),
  ])
  return crypto.subtle.importKey('raw', await sha256(text), 'AES-KW', false, [usage])
}

const withLength = (bytes: Bytes): Bytes => join([uint32(bytes.length), bytes])

function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** One after the other. */
export function join(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
