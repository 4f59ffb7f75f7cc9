import { createHash, createHmac, randomBytes } from 'node:crypto'
import { signRequest } from '@latchkey/protocol'

export interface SigningKey {
  readonly apiKey: string
  /** 32 bytes. */
  readonly secret: Uint8Array
}

export interface CallToSign {
  readonly method: string
  /** As the service gets it: below `/api`, or below an address that ends so. */
  readonly path: string
  readonly body?: string | undefined
  /** JSON, unless it says otherwise. */
  readonly contentType?: string | undefined
  /** Unix seconds; now, unless a wrong clock is to be shown. */
  readonly created?: number | undefined
}

/** The headers of a call, signed with a nonce of its own, as an app on Node signs it. */
export function signedHeaders(
  { apiKey, secret }: SigningKey,
  { method, path, body, contentType = 'application/json', created = nowSeconds() }: CallToSign,
): Promise<Record<string, string>> {
  return signRequest(
    {
      method,
      target: path,
      apiKey,
      created,
      nonce: randomBytes(16).toString('base64url'),
      ...(body !== undefined && {
        body: {
          contentType,
          sha256: createHash('sha256').update(body).digest(),
        },
      }),
    },
    (text) => createHmac('sha256', secret).update(text).digest(),
  )
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)
