import type { ApiKey } from './apiKey.ts'
import { COMPONENTS_ALWAYS, COMPONENTS_WITH_BODY, componentValues } from './components.ts'
import { parseContentDigest } from './contentDigest.ts'
import type { SignedHeaders } from './signedHeaders.ts'
import type { Refusal } from './refusal.ts'
import { parseSignature } from './signature.ts'
import { signatureBase } from './signatureBase.ts'
import type { SignatureInput } from './signatureInput.ts'
import { parseSignatureInput } from './signatureInput.ts'
import type { Target } from './target.ts'

/** What Node's parser lets through, less the methods with a dash: none can break a line of the base. */
const METHOD = /^[A-Z]{1,16}$/

/** A request whose signature is well formed and covers what it must; its MAC is still to be checked. */
export interface SignedRequest extends SignatureInput {
  /** ASCII; what the MAC is over. */
  readonly base: string
  /** The sent MAC, base64 of 32 bytes (44 characters, one accepted text per value). */
  readonly mac: string
  /** base64 of the body's SHA-256 as the sender signed it; undefined exactly when there is no body. */
  readonly contentDigest: string | undefined
}

/**
 * The second step of reading a signed request. The first is `pickSignedHeaders` and `parseApiKey`,
 * after which the caller checks the API key's MAC: a forged key never gets as far as here.
 */
export function parseSignedRequest(request: {
  /** As received. */
  readonly method: string
  readonly target: Target
  readonly headers: SignedHeaders
  /** The parsed `headers.apiKey`. */
  readonly apiKey: ApiKey
  /** Whether the raw body has at least one byte. */
  readonly hasBody: boolean
  /** The names given to `pickSignedHeaders`: a signature may cover these, and must not another. */
  readonly extraNames?: readonly string[]
}): SignedRequest | Refusal {
  const { headers, hasBody } = request
  if (!METHOD.test(request.method)) return 'method_malformed'
  const input = parseSignatureInput(headers.signatureInput)
  if (input === null) return 'signature_input_malformed'
  if (input.keyId !== request.apiKey.keyId) return 'key_id_mismatch'
  const mac = parseSignature(headers.signature, input.label)
  if (mac === null) return 'signature_malformed'

  const refusal =
    refuseBodyHeaders(headers, hasBody) ??
    refuseCoverage(input.components, hasBody, request.extraNames ?? [])
  if (refusal !== undefined) return refusal

  const components = componentValues(input.components, request)
  if (components === undefined) return 'extra_header_missing'
  const contentDigest =
    headers.contentDigest === undefined ? undefined : parseContentDigest(headers.contentDigest)
  if (contentDigest === null) return 'content_digest_malformed'
  return {
    label: input.label,
    components: input.components,
    signatureParams: input.signatureParams,
    created: input.created,
    expires: input.expires,
    nonce: input.nonce,
    keyId: input.keyId,
    base: signatureBase(components, input.signatureParams),
    mac,
    contentDigest,
  }
}

function refuseBodyHeaders(headers: SignedHeaders, hasBody: boolean): Refusal | undefined {
  if (!hasBody) {
    // A digest that nothing was checked against must not reach a handler.
    return headers.contentDigest === undefined ? undefined : 'content_digest_without_body'
  }
  if (headers.contentType === undefined) return 'content_type_missing'
  if (headers.contentDigest === undefined) return 'content_digest_missing'
  return undefined
}

/** The covered components are distinct, so counting the demanded ones finds a missing one. */
function refuseCoverage(
  covered: readonly string[],
  hasBody: boolean,
  extraNames: readonly string[],
): Refusal | undefined {
  const demanded = hasBody ? COMPONENTS_WITH_BODY : COMPONENTS_ALWAYS
  let found = 0
  for (const name of covered) {
    if (demanded.includes(name)) found += 1
    else if (!extraNames.includes(name)) return 'components_unexpected'
  }
  return found === demanded.length ? undefined : 'components_incomplete'
}
