import { parseApiKey } from './apiKey.ts'
import { COMPONENTS_ALWAYS, COMPONENTS_WITH_BODY } from './components.ts'
import { formatContentDigest } from './contentDigest.ts'
import { HEADERS } from './headers.ts'
import { pickSignedHeaders } from './signedHeaders.ts'
import { PROFILE } from './profile.ts'
import { formatSignature } from './signature.ts'
import { formatSignatureParams } from './signatureInput.ts'
import { parseSignedRequest } from './signedRequest.ts'
import { parseTarget } from './target.ts'

/** HMAC-SHA256, under the install's secret, of an ASCII text: 32 bytes. */
export type Hmac = (text: string) => Uint8Array | Promise<Uint8Array>

export interface RequestToSign {
  /** Upper case, as it is sent. */
  readonly method: string
  /**
   * Path and query below the API's address, with or without `/api`: `/installs/current?x=1`. As they
   * are sent: a URL object's `pathname + search`, for it escapes some characters (`'`, `"`).
   */
  readonly target: string
  readonly apiKey: string
  /** Unix seconds. */
  readonly created: number
  /** Unix seconds. */
  readonly expires?: number | undefined
  /** 16-64 characters of base64url, fresh for every request, at least 96 random bits. */
  readonly nonce: string
  /** Absent exactly when the request has no body; `sha256` is over the bytes that are sent. */
  readonly body?: { readonly contentType: string; readonly sha256: Uint8Array } | undefined
  /** Further headers to send and cover, by lower-case name: those that the service is configured for. */
  readonly extra?: Readonly<Record<string, string>>
  readonly label?: string
}

/**
 * The headers to send with a request: the API key, the signature, and the body's and extra ones.
 * @throws TypeError when a part is not of the protocol's form, before the HMAC is asked for
 */
export async function signRequest(
  request: RequestToSign,
  hmac: Hmac,
): Promise<Record<string, string>> {
  const { base, label, headers } = prepareSignature(request)
  return { ...headers, [HEADERS.signature]: formatSignature(label, await hmac(base)) }
}

/** A placeholder of the right form, so that the receiver's own reader can judge what we would send. */
const NO_MAC = new Uint8Array(32)

/** All of signRequest but the MAC: the text to sign, and every header except `Signature`. */
function prepareSignature(request: RequestToSign) {
  const { method, apiKey, body, extra = {}, label = PROFILE.label } = request
  const key = parseApiKey(apiKey)
  const target = parseTarget(request.target)
  if (key === null) throw new TypeError('the API key is malformed')
  if (target === null) throw new TypeError('the target is not an unambiguous path and query')

  const extraNames = Object.keys(extra)
  const names = [...(body ? COMPONENTS_WITH_BODY : COMPONENTS_ALWAYS), ...extraNames]
  const signatureParams = formatSignatureParams(names, { ...request, keyId: key.keyId })
  const headers: Record<string, string> = {
    ...extra,
    [HEADERS.apiKey]: apiKey,
    ...(body && {
      [HEADERS.contentType]: body.contentType,
      [HEADERS.contentDigest]: formatContentDigest(body.sha256),
    }),
    [HEADERS.signatureInput]: `${label}=${signatureParams}`,
  }
  const sent = { ...headers, [HEADERS.signature]: formatSignature(label, NO_MAC) }
  const picked = pickSignedHeaders(Object.entries(sent).flat(), extraNames)
  if (typeof picked === 'string') throw new TypeError(picked)
  const parsed = parseSignedRequest({
    method,
    target,
    headers: picked,
    apiKey: key,
    hasBody: body !== undefined,
    extraNames,
  })
  if (typeof parsed === 'string') throw new TypeError(parsed)
  return { base: parsed.base, label, headers }
}
