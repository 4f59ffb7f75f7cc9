import { parseApiKey, parseHmacSecret } from '@latchkey/protocol'
import type { BodyKeys } from './bodyKeys.ts'
import { importHmacKey } from './webCrypto.ts'

/** What an install signs with. */
export interface Credential {
  /** Whom it was issued to. */
  readonly uid: string
  /** 32 hex digits; the one part that may be shown and logged. */
  readonly keyId: string
  readonly apiKey: string
  /** base64url of 32 bytes, or the key itself where the storage can keep one. */
  readonly secret: string | CryptoKey
  /** What its bodies are encrypted with, where that was asked for. */
  readonly encryption?: BodyKeys
}

/** What was dropped; its `encryption` is not looked at yet. */
export interface Dropped extends Omit<Credential, 'encryption'> {
  readonly encryption: unknown
}

/** Reads what the service drops; undefined for anything else. */
export function parseDroppedCredential(uid: string, value: unknown): Dropped | undefined {
  const { apiKey, hmacSecret, encryption } = (value ?? {}) as Record<string, unknown>
  if (typeof apiKey !== 'string' || typeof hmacSecret !== 'string') return undefined
  const credential = parseCredential(uid, apiKey, hmacSecret)
  return credential && { ...credential, encryption }
}

/** The credential that these texts are, or undefined. */
export function parseCredential(
  uid: string,
  apiKey: string,
  secret: string,
): Credential | undefined {
  const key = parseApiKey(apiKey)
  if (key === null || parseHmacSecret(secret) === null) return undefined
  return { uid, keyId: key.keyId, apiKey, secret }
}

export async function keyOf({ secret }: Credential): Promise<CryptoKey> {
  return typeof secret === 'string' ? importHmacKey(secret) : secret
}
