import { parseApiKey, parseHmacSecret } from '@latchkey/protocol'
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
}

/** Reads what the service drops; undefined for anything else. */
export function parseDroppedCredential(uid: string, value: unknown): Credential | undefined {
  const { apiKey, hmacSecret } = (value ?? {}) as Record<string, unknown>
  return typeof apiKey === 'string' && typeof hmacSecret === 'string'
    ? parseCredential(uid, apiKey, hmacSecret)
    : undefined
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
