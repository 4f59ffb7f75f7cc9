import { CompactEncrypt, importJWK, type CryptoKey, type JWK } from 'jose'
import { ENCRYPTION } from '@latchkey/protocol'

/** What the answers to an install are encrypted to. */
export interface Recipient {
  readonly alg: string
  readonly key: CryptoKey
  /** The key ID of the install: which of its keys the app decrypts with. */
  readonly kid: string
}

/** @param publicKey a JWK as text, as the record has it */
export async function readRecipient(publicKey: string, kid: string): Promise<Recipient> {
  const jwk = JSON.parse(publicKey) as JWK & { readonly kty: keyof typeof ENCRYPTION.algs }
  const alg = ENCRYPTION.algs[jwk.kty]
  const key: CryptoKey | Uint8Array = await importJWK(jwk, alg)
  // Of a symmetric JWK jose would give the bytes; no record has one.
  if (key instanceof Uint8Array) throw new TypeError('not a public key')
  return { alg, key, kid }
}

/** An answer as a compact JWE (RFC 7516 section 7.1). */
export function sealAnswer(
  text: string,
  contentType: string,
  { alg, key, kid }: Recipient,
): Promise<string> {
  const cty = contentType.slice('application/'.length)
  return new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader({ alg, enc: ENCRYPTION.enc, kid, cty })
    .encrypt(key)
}
