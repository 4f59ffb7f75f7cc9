import type { IsMadeOf } from './characters.ts'
import { madeOf } from './characters.ts'
import { COMPONENTS_ALWAYS, COMPONENTS_WITH_BODY } from './components.ts'
import { FORMATS } from './formats.ts'
import { PROFILE } from './profile.ts'

/** The parameters of a signature (RFC 9421 section 2.3); `alg` and `tag` are fixed by the profile. */
export interface SignatureParams {
  /** Unix seconds. */
  readonly created: number
  /** Unix seconds; the signature is refused after it. */
  readonly expires?: number | undefined
  readonly nonce: string
  readonly keyId: string
}

/** A `Signature-Input` header with exactly one member. */
export interface SignatureInput extends SignatureParams {
  readonly label: string
  /** Names of the covered components, in their order; none twice. */
  readonly components: readonly string[]
  /** The value of `@signature-params`: the header's text after `label=`. */
  readonly signatureParams: string
}

/** Names without parameters, one space between them: RFC 9651 section 4.1.1 as it is serialised. */
const LIST = /^\("[@a-z0-9-]+"(?: "[@a-z0-9-]+")*\)$/

/** RFC 9651 integers without the forms that a serialiser never writes; 12 digits reach the year 33658. */
const INTEGER = /^(?:0|[1-9][0-9]{0,11})$/

/** The two parameters that the profile fixes. */
const ALGORITHM = `;alg="${PROFILE.algorithm}"`
const TAG = `;tag="${PROFILE.tag}"`

// `@__PURE__`: the app's bundle, which reads no signature, leaves out what only a reader needs.
const isHex = /* @__PURE__ */ madeOf('0123456789abcdef')
const isBase64Url = /* @__PURE__ */ madeOf(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
)

/**
 * Reads a `Signature-Input` header of the closed profile, or null. Only the strict serialisation is
 * accepted (one space between components, none elsewhere), which every serialiser of structured
 * fields writes: so the received text is `@signature-params` itself, and no two texts are one input.
 */
export function parseSignatureInput(text: string): SignatureInput | null {
  const equals = text.indexOf('=')
  const close = text.indexOf(')', equals)
  const label = text.slice(0, equals)
  if (equals < 1 || close < 0 || !FORMATS.label.test(label)) return null
  const components = parseComponents(text.slice(equals + 1, close + 1))
  const params = parseParams(text, close + 1)
  if (components === null || params === null) return null
  const { created, expires, nonce, keyId } = params
  return {
    label,
    components,
    signatureParams: text.slice(equals + 1),
    created,
    expires,
    nonce,
    keyId,
  }
}

/** Writes `@signature-params`, the part of `Signature-Input` after `label=`. */
export function formatSignatureParams(
  components: readonly string[],
  { created, expires, nonce, keyId }: SignatureParams,
): string {
  return [
    formatComponents(components),
    `;created=${created}`,
    expires === undefined ? '' : `;expires=${expires}`,
    `;nonce="${nonce}"`,
    `;keyid="${keyId}"`,
    ALGORITHM,
    TAG,
  ].join('')
}

function formatComponents(names: readonly string[]): string {
  return `(${names.map((name) => `"${name}"`).join(' ')})`
}

/** What our own clients send, known by sight. */
const USUAL_LISTS: ReadonlyMap<string, readonly string[]> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ [COMPONENTS_ALWAYS, COMPONENTS_WITH_BODY].map((names) => [
    formatComponents(names),
    names,
  ]),
)

function parseComponents(list: string): readonly string[] | null {
  const usual = USUAL_LISTS.get(list)
  if (usual !== undefined) return usual
  if (!LIST.test(list)) return null
  const names = list.slice(2, -2).split('" "')
  return new Set(names).size === names.length ? names : null
}

/**
 * Reads `;name=value` up to the end of the text, in any order, each once, all known. A value ends at
 * the next `;`: none of the accepted ones holds one.
 */
function parseParams(text: string, from: number): SignatureParams | null {
  let created: number | undefined
  let expires: number | undefined
  let nonce: string | undefined
  let keyId: string | undefined
  let hasAlgorithm = false
  let hasTag = false
  let next: number
  for (let at = from; at < text.length; at = next) {
    const equals = text.indexOf('=', at) + 1
    next = text.indexOf(';', equals)
    if (next < 0) next = text.length
    if (text.startsWith(';created=', at) && created === undefined) {
      created = parseInteger(text.slice(equals, next))
    } else if (text.startsWith(';nonce=', at) && nonce === undefined) {
      nonce = unquote(text, equals, next, isBase64Url, 16, 64)
    } else if (text.startsWith(';keyid=', at) && keyId === undefined) {
      keyId = unquote(text, equals, next, isHex, 32, 32)
    } else if (text.startsWith(ALGORITHM, at) && next === at + ALGORITHM.length && !hasAlgorithm) {
      hasAlgorithm = true
    } else if (text.startsWith(TAG, at) && next === at + TAG.length && !hasTag) {
      hasTag = true
    } else if (text.startsWith(';expires=', at) && expires === undefined) {
      expires = parseInteger(text.slice(equals, next))
    } else {
      return null
    }
  }
  if (!hasAlgorithm || !hasTag || !nonce || !keyId) return null
  if (created === undefined || Number.isNaN(created) || Number.isNaN(expires)) return null
  return { created, expires, nonce, keyId }
}

/** NaN for anything else than an integer. */
function parseInteger(text: string): number {
  return INTEGER.test(text) ? Number(text) : NaN
}

/** The inside of `"..."`; '' (which is refused) without quotes, of other length or characters. */
function unquote(
  text: string,
  from: number,
  to: number,
  isAccepted: IsMadeOf,
  charsMin: number,
  charsMax: number,
): string {
  const length = to - from - 2
  const isQuoted = text.startsWith('"', from) && text.startsWith('"', to - 1)
  const isGood = isQuoted && length >= charsMin && length <= charsMax
  return isGood && isAccepted(text, from + 1, to - 1) ? text.slice(from + 1, to - 1) : ''
}
