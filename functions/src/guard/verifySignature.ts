import { hash } from 'node:crypto'
import {
  parseApiKey,
  parseSignedRequest,
  pickSignedHeaders,
  type ApiKey,
  type Refusal,
  type SignedHeaders,
  type SignedRequest,
  type Target,
} from '@latchkey/protocol'
import { hmacBase64 } from '../installs/hmac.ts'
import { equalInConstantTime } from '../installs/keyring.ts'
import type { GenuineKey, KeyMaterial } from './keyMaterial.ts'

/** A request as the guard sees it: no framework, nothing parsed but the target. */
export interface Call {
  readonly method: string
  readonly target: Target
  /** Name, value, name, value, ... as received. */
  readonly rawHeaders: readonly string[]
  /** The raw body; empty when there is none. */
  readonly body: Buffer
}

/** What a verified signature has proven: who sent exactly this request, and when. */
export interface VerifiedSignature {
  /** Signs the server time as well, for a caller whose clock is wrong. */
  readonly key: GenuineKey
  /** Unix seconds. */
  readonly created: number
  readonly expires: number | undefined
  readonly nonce: string
}

/** For the log only. All of them are one public answer. */
export type SignatureRefusal =
  Refusal | 'api_key_malformed' | 'api_key_forged' | 'signature_wrong' | 'digest_wrong'

/** A request that has proven nothing. */
export interface Unproven {
  readonly refusal: SignatureRefusal
  /** Whose API key it came with, if that was genuine: its sender knows the key, and need not be its install. */
  readonly claimedKeyId?: string
  /** That its API key names, where there is no such master secret: then nothing can show what it is. */
  readonly unknownVersion?: number
}

/** Reads, then checks, cheap before dear; a forged key is refused before anything else is parsed. */
export function verifySignature(call: Call, material: KeyMaterial): VerifiedSignature | Unproven {
  const claimed = findKey(call.rawHeaders, material)
  if ('refusal' in claimed) return claimed
  const { headers, apiKey, key } = claimed

  const claimedKeyId = key.keyId
  const { method, target, body } = call
  const hasBody = body.length > 0
  const request = parseSignedRequest({ method, target, headers, apiKey, hasBody })
  if (typeof request === 'string') return { refusal: request, claimedKeyId }
  if (!isMacRight(request, key)) return { refusal: 'signature_wrong', claimedKeyId }
  if (hasBody && !isDigestRight(request, body)) {
    return { refusal: 'digest_wrong', claimedKeyId }
  }

  const { created, expires, nonce } = request
  return { key, created, expires, nonce }
}

/** A genuine API key and the headers that it came with. Its sender knows it, and has proven nothing else yet. */
interface ClaimedKey {
  readonly headers: SignedHeaders
  readonly apiKey: ApiKey
  readonly key: GenuineKey
}

/** As far as the headers alone can tell, without the signature's MAC: enough to know who is nobody. */
export function findKey(
  rawHeaders: readonly string[],
  material: KeyMaterial,
): ClaimedKey | Unproven {
  const headers = pickSignedHeaders(rawHeaders)
  if (typeof headers === 'string') return { refusal: headers }
  const apiKey = parseApiKey(headers.apiKey)
  if (apiKey === null) return { refusal: 'api_key_malformed' }
  const key = material.genuine(apiKey)
  if (key !== null) return { headers, apiKey, key }
  if (material.knows(apiKey.masterVersion)) return { refusal: 'api_key_forged' }
  return { refusal: 'api_key_forged', unknownVersion: apiKey.masterVersion }
}

/** As text: base64 has one accepted text per MAC, and to decode it costs more than to compare it. */
function isMacRight({ base, mac }: SignedRequest, key: GenuineKey): boolean {
  return equalInConstantTime(hmacBase64(key.secret, base), mac)
}

/** The digest is no secret: whoever could vary it has signed it. */
function isDigestRight({ contentDigest }: SignedRequest, body: Buffer): boolean {
  return hash('sha256', body, 'base64') === contentDigest
}
