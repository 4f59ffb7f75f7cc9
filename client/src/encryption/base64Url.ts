import { decodeBase64 } from '@latchkey/protocol'

/** The bytes of base64url, or null: only for the one text that encodes them, without padding. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]*$/.test(text)) return null
  const padding = '='.repeat((4 - (text.length % 4)) % 4)
  const bytes = decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/') + padding)
  return bytes as Uint8Array<ArrayBuffer> | null
}
