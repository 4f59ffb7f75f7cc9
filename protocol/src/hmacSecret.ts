import { decodeBase64, encodeBase64Url } from './base64.ts'
import { FORMATS } from './formats.ts'

/** The 32 bytes of an HMAC secret from its base64url text of 43 characters, or null. */
export function parseHmacSecret(text: string): Uint8Array | null {
  if (!FORMATS.hmacSecret.test(text)) return null
  return decodeBase64(`${text.replaceAll('-', '+').replaceAll('_', '/')}=`)
}

/** The base64url text, without padding, of a 32-byte HMAC secret. */
export function formatHmacSecret(secret: Uint8Array): string {
  if (secret.length !== 32) throw new TypeError('an HMAC secret has 32 bytes')
  return encodeBase64Url(secret)
}
