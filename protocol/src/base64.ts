/** RFC 4648 table 1. */
export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 section 4 base64 with padding, in plain code: not every runtime has Buffer or btoa. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at]!, bytes[at + 1], bytes[at + 2]]
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    text += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!
    text += b === undefined ? '=' : ALPHABET[(bits >> 6) & 63]!
    text += c === undefined ? '=' : ALPHABET[bits & 63]!
  }
  return text
}

/** RFC 4648 section 5 base64url, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * The bytes of padded base64, or null. Only the text that encodeBase64 gives for those bytes is
 * accepted: right length, right padding, unused bits zero.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null
  const digits = text.endsWith('==')
    ? text.slice(0, -2)
    : text.endsWith('=')
      ? text.slice(0, -1)
      : text
  const bytes = new Uint8Array((digits.length * 3) >> 2)
  let bits = 0
  let length = 0
  for (let at = 0; at < digits.length; at += 1) {
    const value = ALPHABET.indexOf(digits[at]!)
    if (value < 0) return null
    bits = ((bits << 6) | value) & 0xffffff
    // After 2, 3, 4 digits of a group a byte is whole, and 4, 2, 0 bits are left over.
    if (at % 4 !== 0) bytes[length++] = bits >> (6 - 2 * (at % 4))
  }
  return encodeBase64(bytes) === text ? bytes : null
}
