import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Refusal } from '../../protocol/src/index.ts'
import {
  formatApiKey,
  freshness,
  macInput,
  parseApiKey,
  parseSignedRequest,
  parseTarget,
  pickSignedHeaders,
} from '../../protocol/src/index.ts'

/** A request as a server's parser hands it over. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export type Outcome =
  | 'accepted'
  | 'target_malformed'
  | 'api_key_malformed'
  | 'api_key_forged'
  | 'signature_wrong'
  | 'not_fresh'
  | 'digest_wrong'
  | Refusal

export const NOW = 1_795_300_000
const MASTER = Buffer.alloc(32, 'master')

/** Verifies a request completely, with node:crypto, in the order of the real guard. */
export function receive(request: Received, extraNames: readonly string[] = []): Outcome {
  const target = parseTarget(request.url)
  if (target === null) return 'target_malformed'
  const headers = pickSignedHeaders(request.rawHeaders, extraNames)
  if (typeof headers === 'string') return headers
  const apiKey = parseApiKey(headers.apiKey)
  if (apiKey === null) return 'api_key_malformed'
  const apiKeyMac = macOfApiKey(apiKey.masterVersion, apiKey.keyId)
  if (!timingSafeEqual(Buffer.from(apiKey.mac), Buffer.from(apiKeyMac))) return 'api_key_forged'

  const hasBody = request.body !== ''
  const { method } = request
  const parsed = parseSignedRequest({ method, target, headers, apiKey, hasBody, extraNames })
  if (typeof parsed === 'string') return parsed
  const mac = hmacOf(apiKey.keyId)(parsed.base)
  if (!timingSafeEqual(mac, Buffer.from(parsed.mac, 'base64'))) return 'signature_wrong'
  if (freshness({ ...parsed, nowSeconds: NOW }) !== 'fresh') return 'not_fresh'
  const digest = createHash('sha256').update(request.body).digest('base64')
  return !hasBody || digest === parsed.contentDigest ? 'accepted' : 'digest_wrong'
}

/** The secret that this receiver knows for a key. */
export function secretOf(keyId: string): Buffer {
  return createHmac('sha256', MASTER).update(`hmac-secret ${keyId}`).digest()
}

export function hmacOf(keyId: string): (text: string) => Buffer {
  return (text) => createHmac('sha256', secretOf(keyId)).update(text).digest()
}

/** An API key that this receiver knows as its own. */
export function issueApiKey(keyId: string, masterVersion = 1): string {
  return formatApiKey({ masterVersion, keyId, mac: macOfApiKey(masterVersion, keyId) })
}

function macOfApiKey(masterVersion: number, keyId: string): string {
  const mac = createHmac('sha256', MASTER).update(macInput(masterVersion, keyId)).digest('hex')
  return mac.slice(0, 32)
}
