import { ALPHABET } from './base64.ts'
import { madeOf } from './characters.ts'

const isBase64 = madeOf(ALPHABET)

/** The digits whose last two bits, which 32 bytes leave unused, are zero. */
const LAST_DIGITS = 'AEIMQUYcgkosw048'

/** The length of a 32-byte digest or MAC in base64. */
export const SHA256_TEXT_LENGTH = 44

/**
 * The base64 of 32 bytes (a SHA-256 digest or MAC) that starts at `from`, or null: 43 digits and `=`,
 * unused bits zero. One accepted text per value, or a changed text could carry the same MAC.
 */
export function sha256TextAt(text: string, from: number): string | null {
  const last = from + SHA256_TEXT_LENGTH - 1
  const isWhole =
    text.length > last &&
    text.startsWith('=', last) &&
    LAST_DIGITS.includes(text.charAt(last - 1)) &&
    isBase64(text, from, last)
  return isWhole ? text.slice(from, last + 1) : null
}
