import { encodeBase64 } from './base64.ts'
import { SHA256_TEXT_LENGTH, sha256TextAt } from './sha256Text.ts'

/** The `Signature` header: `label=:<base64 of the 32-byte MAC>:`. */
export function formatSignature(label: string, mac: Uint8Array): string {
  if (mac.length !== 32) throw new TypeError('an HMAC-SHA256 has 32 bytes')
  return `${label}=:${encodeBase64(mac)}:`
}

/**
 * The MAC in a `Signature` header as base64 text (44 characters), or null. Exactly one member, with
 * the label of `Signature-Input`, holding a full-length MAC in its one canonical encoding.
 */
export function parseSignature(text: string, label: string): string | null {
  const from = label.length + 2
  const isClosed = text.length === from + SHA256_TEXT_LENGTH + 1 && text.endsWith(':')
  const isLabelled = text.startsWith(label) && text.startsWith('=:', label.length)
  return isClosed && isLabelled ? sha256TextAt(text, from) : null
}
