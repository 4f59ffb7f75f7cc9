import {
  COMPONENTS_ALWAYS,
  COMPONENTS_WITH_BODY,
  componentValues,
  formatContentDigest,
  formatSignature,
  formatSignatureParams,
  HEADERS,
  parseTarget,
  PROFILE,
  signatureBase,
} from '@latchkey/protocol'
import type { Call } from './call.ts'
import { keyOf, type Credential } from './credential.ts'
import { REQUESTED_WITH } from './requestedWith.ts'
import { hmac, randomText, sha256 } from './webCrypto.ts'

/** A request as it goes over the wire: `fetch(signed.url, signed)`. Good for one use. */
export interface SignedCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** With encryption: reads the answer to it. @throws LatchkeyError */
  readonly open?: (answer: Response) => Promise<Response>
}

/** What the service accepts; anything else could be encoded in two ways. */
const CONTENT_TYPE = /^[\x20-\x7e]{1,256}$/

/**
 * Signs a call anew, with a nonce of its own. By the protocol's parts and not its `signRequest`, which
 * reads back what it has made: a fifth of the weight of this package.
 * @param created Unix seconds by the server's clock
 * @throws TypeError for what the protocol has no form for
 */
export async function signCall(
  { url, target, method, headers: given, body }: Call,
  credential: Credential,
  created: number,
): Promise<{ readonly signed: SignedCall; readonly nonce: string }> {
  const parsed = parseTarget(target)
  if (parsed === null) throw new TypeError('the path is not an unambiguous one')
  const { apiKey, keyId } = credential
  const nonce = randomText()
  const contentType = body?.contentType
  if (contentType !== undefined && !CONTENT_TYPE.test(contentType)) {
    throw new TypeError('Content-Type is not printable ASCII of at most 256 characters')
  }
  const contentDigest = body && formatContentDigest(await sha256(body.bytes))

  const names = body ? COMPONENTS_WITH_BODY : COMPONENTS_ALWAYS
  const params = formatSignatureParams(names, { created, nonce, keyId })
  const values = componentValues(names, {
    method,
    target: parsed,
    headers: { apiKey, contentType, contentDigest, extra: new Map() },
  })
  const mac = await hmac(await keyOf(credential), signatureBase(values!, params))

  const signed: Record<string, string> = {
    [HEADERS.apiKey]: apiKey,
    ...(contentType && { [HEADERS.contentType]: contentType }),
    ...(contentDigest && { [HEADERS.contentDigest]: contentDigest }),
    [HEADERS.signatureInput]: `${PROFILE.label}=${params}`,
    [HEADERS.signature]: formatSignature(PROFILE.label, mac),
  }
  const headers: Record<string, string> = { ...REQUESTED_WITH, ...given }
  // A second spelling of the same name would be a second header.
  for (const name of Object.keys(signed)) delete headers[name.toLowerCase()]
  const content = body && { body: body.content }
  return { signed: { url, method, headers: { ...headers, ...signed }, ...content }, nonce }
}
