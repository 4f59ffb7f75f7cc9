import { signRequest } from '@latchkey/protocol'
import type { Call } from './call.ts'
import { keyOf, type Credential } from './credential.ts'
import { hmac, randomText, sha256 } from './webCrypto.ts'

/** A request as it goes over the wire: `fetch(signed.url, signed)`. Good for one use. */
export interface SignedCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

/**
 * Signs a call anew, with a nonce of its own.
 * @param created Unix seconds by the server's clock
 * @throws TypeError for what the protocol has no form for
 */
export async function signCall(
  { url, target, method, headers: given, body }: Call,
  credential: Credential,
  created: number,
): Promise<{ readonly signed: SignedCall; readonly nonce: string }> {
  const nonce = randomText()
  const key = await keyOf(credential)
  const signed = await signRequest(
    {
      method,
      target,
      apiKey: credential.apiKey,
      created,
      nonce,
      body: body && { contentType: body.contentType, sha256: await sha256(body.bytes) },
    },
    (text) => hmac(key, text),
  )
  const headers = { ...given }
  // A second spelling of the same name would be a second header.
  for (const name of Object.keys(signed)) delete headers[name.toLowerCase()]
  const content = body && { body: body.content }
  return { signed: { url, method, headers: { ...headers, ...signed }, ...content }, nonce }
}
