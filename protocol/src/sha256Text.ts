import { ALPHABET } from './base64.ts'
import { madeOf } from './characters.ts'

const isBase64 = madeOf(ALPHABET)

/** The digits whose last two bits, which 32 bytes leave unused, are zero. */
const LAST_DIGITS = 'AEIMQUYcgkosw048'

/**
 * Whether this is the base64 of 32 bytes, a SHA-256 digest or MAC: 43 digits and `=`, unused bits
 * zero. One accepted text per value, or a changed text could carry the same MAC.
 */
export function isSha256Text(text: string): boolean {
  return (
    text.length === 44 &&
    text.endsWith('=') &&
    LAST_DIGITS.includes(text.charAt(42)) &&
    isBase64(text.slice(0, 43))
  )
}
