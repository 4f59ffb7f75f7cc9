/**
 * Strict UTF-8: anything else throws. By percent signs, because not every React Native has a TextDecoder.
 * @throws URIError
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += `%${byte.toString(16).padStart(2, '0')}`
  return decodeURIComponent(text)
}
