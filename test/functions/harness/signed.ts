import { createHash, randomBytes } from 'node:crypto'
import { signRequest } from '../../../protocol/src/index.ts'
import { hmacOf, type Key } from './key.ts'

/** A request as it goes out: what `send` and the guard take. */
export interface Outgoing {
  readonly method: string
  /** Path and query, with `/api`. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface ToSign {
  readonly method?: string
  readonly target?: string
  /** Unix seconds. */
  readonly created: number
  readonly expires?: number
  readonly nonce?: string
  readonly body?: string | Buffer
  readonly contentType?: string
}

/** A valid signed request; by default the one that costs nothing, `GET /api/installs/current`. */
export async function signed(key: Key, request: ToSign): Promise<Outgoing> {
  const { method = 'GET', target = '/api/installs/current', body, created, expires } = request
  const headers = await signRequest(
    {
      method,
      target,
      apiKey: key.apiKey,
      created,
      expires,
      nonce: request.nonce ?? newNonce(),
      body: body === undefined ? undefined : describe(body, request.contentType),
    },
    hmacOf(key),
  )
  return { method, target, headers, ...(body !== undefined && { body }) }
}

/** 128 random bits. */
export const newNonce = (): string => randomBytes(16).toString('base64url')

const describe = (body: string | Buffer, contentType = 'application/json') => ({
  contentType,
  sha256: createHash('sha256').update(body).digest(),
})
