import { LIMITS } from './limits.ts'
import type { Refusal } from './refusal.ts'

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

/** The fixed ones by lower-case name, each with its cap; the place in this table is the slot below. */
const SIGNED = [
  ['x-api-key', LIMITS.apiKeyCharsMax],
  ['signature-input', LIMITS.signatureInputCharsMax],
  ['signature', LIMITS.signatureCharsMax],
  ['content-type', LIMITS.contentTypeCharsMax],
  ['content-digest', LIMITS.contentDigestCharsMax],
] as const
const NAMES: readonly string[] = SIGNED.map(([name]) => name)
const CAPS: readonly number[] = SIGNED.map(([, charsMax]) => charsMax)
const NO_EXTRA: ReadonlyMap<string, string> = new Map()

/** Printable ASCII. A value with anything else could be encoded in two ways in the signature base. */
const PRINTABLE = /^[\x20-\x7e]*$/

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
  const values: (string | undefined)[] = [undefined, undefined, undefined, undefined, undefined]
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    const slot = slotOf(name)
    if (slot < 0) continue
    const value = rawHeaders[at + 1]!
    if (values[slot] !== undefined) return 'header_duplicated'
    if (value.length > CAPS[slot]!) return 'header_too_long'
    values[slot] = value
  }
  const [apiKey, signatureInput, signature, contentType, contentDigest] = values
  if (apiKey === undefined) return 'api_key_missing'
  if (signatureInput === undefined) return 'signature_input_missing'
  if (signature === undefined) return 'signature_missing'
  if (contentType !== undefined && !PRINTABLE.test(contentType)) return 'header_characters'
  const extra = extraNames.length === 0 ? NO_EXTRA : pickExtra(rawHeaders, extraNames)
  if (typeof extra === 'string') return extra
  return { apiKey, signatureInput, signature, contentType, contentDigest, extra }
}

/** In place: most headers of a request are none of ours, and need no copy in lower case. */
function slotOf(name: string): number {
  for (let slot = 0; slot < NAMES.length; slot += 1) if (isNamed(name, NAMES[slot]!)) return slot
  return -1
}

/** Names of headers are tokens (RFC 9110 section 5.1), where the bit 0x20 is nothing but the case. */
function isNamed(name: string, lowerCase: string): boolean {
  if (name.length !== lowerCase.length) return false
  for (let at = 0; at < name.length; at += 1) {
    if ((name.charCodeAt(at) | 0x20) !== lowerCase.charCodeAt(at)) return false
  }
  return true
}

function pickExtra(
  rawHeaders: readonly string[],
  extraNames: readonly string[],
): ReadonlyMap<string, string> | Refusal {
  const values = new Map<string, string>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    const value = rawHeaders[at + 1]!
    if (!extraNames.includes(name)) continue
    if (values.has(name)) return 'header_duplicated'
    if (value.length > LIMITS.extraHeaderCharsMax) return 'header_too_long'
    if (!PRINTABLE.test(value)) return 'header_characters'
    values.set(name, value)
  }
  return values
}
