import { encodeBase64Url, parseHmacSecret } from '@latchkey/protocol'

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const

type Bytes = Uint8Array<ArrayBuffer>

/** UTF-8. */
export const encode = (text: string): Bytes => new TextEncoder().encode(text)

/** 32 bytes. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/** 22 characters of base64url from 128 random bits. */
export function randomText(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}

/**
 * The key that an HMAC secret (base64url) is: nothing on the page can read it out again.
 * @throws TypeError when the text is none
 */
export async function importHmacKey(secret: string): Promise<CryptoKey> {
  const bytes = parseHmacSecret(secret)
  if (bytes === null) throw new TypeError('the HMAC secret is malformed')
  return crypto.subtle.importKey('raw', bytes as Bytes, HMAC, false, ['sign', 'verify'])
}

/** HMAC-SHA256, 32 bytes. */
export async function hmac(key: CryptoKey, text: string): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encode(text)))
}

export function isHmac(key: CryptoKey, mac: Uint8Array, text: string): Promise<boolean> {
  return crypto.subtle.verify('HMAC', key, mac as Bytes, encode(text))
}
