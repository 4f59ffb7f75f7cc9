import { LIMITS } from './limits.ts'
import type { Refusal } from './refusal.ts'

/** The headers of the protocol, spelled as they are sent. */
export const HEADERS = {
  apiKey: 'X-API-Key',
  signatureInput: 'Signature-Input',
  signature: 'Signature',
  contentType: 'Content-Type',
  contentDigest: 'Content-Digest',
  serverTime: 'Server-Time',
  idempotencyKey: 'Idempotency-Key',
  requestId: 'X-Request-Id',
} as const

/** The headers that a signature rests on, each found at most once and within its size. */
export interface SignedHeaders {
  readonly apiKey: string
  readonly signatureInput: string
  readonly signature: string
  readonly contentType: string | undefined
  readonly contentDigest: string | undefined
  /** Values of the extra components that are present, by lower-case name. */
  readonly extra: ReadonlyMap<string, string>
}

const NONE: ReadonlyMap<string, string> = new Map()

/** Printable ASCII. A value with anything else could be encoded in two ways in the signature base. */
const PLAIN = /^[\x20-\x7e]*$/

/**
 * Takes the signature's headers from a raw header list (name, value, name, value, ...: Node's
 * `rawHeaders`) in one pass. On the raw list because a parsed one has already joined or dropped the
 * duplicates that must be refused.
 * @param extraNames lower-case names of further headers that a signature may cover
 */
export function pickSignedHeaders(
  rawHeaders: readonly string[],
  extraNames: readonly string[] = [],
): SignedHeaders | Refusal {
  let apiKey: string | undefined
  let signatureInput: string | undefined
  let signature: string | undefined
  let contentType: string | undefined
  let contentDigest: string | undefined
  let extra: Map<string, string> | undefined
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    const value = rawHeaders[at + 1]!
    // Most headers of a request are none of ours: their length tells, without a lower-case copy.
    switch (name.length) {
      case 9:
        if (isName(name, 'X-API-Key', 'x-api-key')) {
          if (apiKey !== undefined) return 'header_duplicated'
          if (value.length > LIMITS.apiKeyCharsMax) return 'header_too_long'
          apiKey = value
        } else if (isName(name, 'Signature', 'signature')) {
          if (signature !== undefined) return 'header_duplicated'
          if (value.length > LIMITS.signatureCharsMax) return 'header_too_long'
          signature = value
        }
        break
      case 12:
        if (isName(name, 'Content-Type', 'content-type')) {
          if (contentType !== undefined) return 'header_duplicated'
          if (value.length > LIMITS.contentTypeCharsMax) return 'header_too_long'
          contentType = value
        }
        break
      case 14:
        if (isName(name, 'Content-Digest', 'content-digest')) {
          if (contentDigest !== undefined) return 'header_duplicated'
          if (value.length > LIMITS.contentDigestCharsMax) return 'header_too_long'
          contentDigest = value
        }
        break
      case 15:
        if (isName(name, 'Signature-Input', 'signature-input')) {
          if (signatureInput !== undefined) return 'header_duplicated'
          if (value.length > LIMITS.signatureInputCharsMax) return 'header_too_long'
          signatureInput = value
        }
        break
    }
    if (extraNames.length > 0) {
      const lower = name.toLowerCase()
      if (extraNames.includes(lower)) {
        if (extra?.has(lower)) return 'header_duplicated'
        if (value.length > LIMITS.extraHeaderCharsMax) return 'header_too_long'
        if (!PLAIN.test(value)) return 'header_characters'
        extra ??= new Map()
        extra.set(lower, value)
      }
    }
  }
  if (apiKey === undefined) return 'api_key_missing'
  if (signatureInput === undefined) return 'signature_input_missing'
  if (signature === undefined) return 'signature_missing'
  if (contentType !== undefined && !PLAIN.test(contentType)) return 'header_characters'
  return { apiKey, signatureInput, signature, contentType, contentDigest, extra: extra ?? NONE }
}

/** The two usual spellings are compared first: they need no copy. */
function isName(name: string, usual: string, lower: string): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower
}
