import { encodeBase64 } from './base64.ts'
import { SHA256_TEXT_LENGTH, sha256TextAt } from './sha256Text.ts'

const PREFIX = 'sha-256=:'

/** RFC 9530 `Content-Digest` of a body, from the 32 bytes of its SHA-256. */
export function formatContentDigest(sha256: Uint8Array): string {
  if (sha256.length !== 32) throw new TypeError('a SHA-256 digest has 32 bytes')
  return `${PREFIX}${encodeBase64(sha256)}:`
}

/**
 * The base64 text (44 characters) of the digest in `sha-256=:...:`, or null. Exactly that one entry:
 * a second algorithm would leave open which of them was checked.
 */
export function parseContentDigest(text: string): string | null {
  const isClosed = text.length === PREFIX.length + SHA256_TEXT_LENGTH + 1 && text.endsWith(':')
  return isClosed && text.startsWith(PREFIX) ? sha256TextAt(text, PREFIX.length) : null
}
