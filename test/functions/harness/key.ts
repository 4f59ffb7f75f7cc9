import { createHash, createHmac } from 'node:crypto'
import { formatApiKey } from '../../../protocol/src/index.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'

/** What an app holds after it has registered, and where its install stands. */
export interface Key {
  readonly keyId: string
  readonly apiKey: string
  /** 32 bytes. */
  readonly secret: Buffer
  readonly uid: string
  readonly slot: string
}

/** Two versions, so that a key of the older one can be tried as well. */
export const MASTER_SECRETS = JSON.stringify({
  1: createHash('sha256').update('first master').digest('base64url'),
  2: createHash('sha256').update('second master').digest('base64url'),
})

const keyring = makeKeyring(MASTER_SECRETS)

/** The n-th key, always the same: the very one that the service would issue under this key ID. */
export function keyOf(n: number, masterVersion = 1): Key {
  // The key ID of zeros is the shared one's.
  const keyId = (n + 1).toString(16).padStart(32, '0')
  return {
    ...keyWithId(keyId, masterVersion),
    uid: `uid-${n}`,
    slot: createHash('sha256').update(`device-${n}`).digest('base64url').slice(0, 22),
  }
}

/** The key of this ID; its place is not in it. */
export function keyWithId(keyId: string, masterVersion = 1): Key {
  const mac = keyring.apiKeyMac(masterVersion, keyId)
  return {
    keyId,
    apiKey: formatApiKey({ masterVersion, keyId, mac }),
    secret: keyring.hmacSecret(masterVersion, keyId),
    uid: '',
    slot: '',
  }
}

/** HMAC-SHA256 under the key's secret, as its app computes it. */
export function hmacOf({ secret }: Key): (text: string) => Buffer {
  return (text) => createHmac('sha256', secret).update(text).digest()
}
