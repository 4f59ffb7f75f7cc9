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

/** Names without parameters, one space between them: the strict serialisation of RFC 9651 section 4.1.1. */
const COMPONENTS = /^\("[@a-z0-9-]+"(?: "[@a-z0-9-]+")*\)$/

/** RFC 9651 integers without the forms that a serialiser never writes; 12 digits reach the year 33658. */
const INTEGER = /^(?:0|[1-9][0-9]{0,11})$/

const QUOTED_ALGORITHM = `"${PROFILE.algorithm}"`
const QUOTED_TAG = `"${PROFILE.tag}"`

/**
 * Reads a `Signature-Input` header of the closed profile, or null. Only the strict serialisation is
 * accepted (one space between components, none elsewhere), which every serialiser of structured
 * fields writes: so the received text is `@signature-params` itself, and no two texts are one input.
 */
export function parseSignatureInput(text: string): SignatureInput | null {
  const equals = text.indexOf('=')
  const close = text.indexOf(');', equals)
  if (equals < 1 || close < 0) return null
  const label = text.slice(0, equals)
  const components = parseComponents(text.slice(equals + 1, close + 1))
  const params = parseParams(text.slice(close + 2))
  if (components === null || params === null || !FORMATS.label.test(label)) return null
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
    `(${components.map((name) => `"${name}"`).join(' ')})`,
    `created=${created}`,
    ...(expires === undefined ? [] : [`expires=${expires}`]),
    `nonce="${nonce}"`,
    `keyid="${keyId}"`,
    `alg=${QUOTED_ALGORITHM}`,
    `tag=${QUOTED_TAG}`,
  ].join(';')
}

function parseComponents(list: string): readonly string[] | null {
  if (!COMPONENTS.test(list)) return null
  const names = list.slice(2, -2).split('" "')
  for (let at = 1; at < names.length; at += 1) {
    if (names.indexOf(names[at]!) !== at) return null
  }
  return names
}

/** `list` is `name=value;name=value`. No accepted value holds a `;`, so a split cannot cut one in two. */
function parseParams(list: string): SignatureParams | null {
  let created: string | undefined
  let expires: string | undefined
  let nonce: string | undefined
  let keyId: string | undefined
  let algorithm: string | undefined
  let tag: string | undefined
  for (const param of list.split(';')) {
    const equals = param.indexOf('=')
    const value = param.slice(equals + 1)
    switch (param.slice(0, equals + 1)) {
      case 'created=':
        if (created !== undefined) return null
        created = value
        break
      case 'expires=':
        if (expires !== undefined) return null
        expires = value
        break
      case 'nonce=':
        if (nonce !== undefined) return null
        nonce = unquote(value)
        break
      case 'keyid=':
        if (keyId !== undefined) return null
        keyId = unquote(value)
        break
      case 'alg=':
        if (algorithm !== undefined) return null
        algorithm = value
        break
      case 'tag=':
        if (tag !== undefined) return null
        tag = value
        break
      default:
        return null
    }
  }
  if (algorithm !== QUOTED_ALGORITHM || tag !== QUOTED_TAG) return null
  if (created === undefined || !INTEGER.test(created)) return null
  if (expires !== undefined && !INTEGER.test(expires)) return null
  if (nonce === undefined || !FORMATS.nonce.test(nonce)) return null
  if (keyId === undefined || !FORMATS.keyId.test(keyId)) return null
  return {
    created: Number(created),
    expires: expires === undefined ? undefined : Number(expires),
    nonce,
    keyId,
  }
}

/** The inside of `"..."`; '' (which no format accepts) when there are no quotes. */
function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : ''
}
