import { createHmac } from 'node:crypto'
import { formatApiKey, formatHmacSecret } from '@latchkey/protocol'
import { makeKeyring } from '../../functions/src/installs/keyring.ts'
import keyring from '../../test/vectors/keyring.json' with { type: 'json' }

/** Published, and so worth nothing: those of `keyring.json`. */
export const MASTER_SECRETS = keyring.masterSecrets

const derived = makeKeyring(JSON.stringify(MASTER_SECRETS))

/** The credential of a key ID, as the service issues it under these master secrets. */
export function credentialOf(keyId: string, masterVersion = 1) {
  const secret = derived.hmacSecret(masterVersion, keyId)
  return {
    apiKey: formatApiKey({ masterVersion, keyId, mac: derived.apiKeyMac(masterVersion, keyId) }),
    keyId,
    hmacSecret: formatHmacSecret(secret),
    hmacSecretHex: secret.toString('hex'),
  }
}

export type VectorCredential = ReturnType<typeof credentialOf>

/** The install that all vectors are about; its key ID names database 0. */
export const CREDENTIAL = credentialOf('019a8f2d4c3e7b6aa1d0c500f3b2a190')

/** Another one, for what is signed or keyed with a foreign secret. */
export const STRANGER = credentialOf('019a8f2d4c3e7b6aa1d0c500f3b2a191')

/** Unix seconds. The server's clock, and that of an app that is on time. */
export const NOW = 1_795_300_000

/** base64url of 16 bytes that count up from n; a real one is random. */
export const nonceOf = (n: number): string =>
  Buffer.from(Array.from({ length: 16 }, (_, at) => (n + at) % 256)).toString('base64url')

/** HMAC-SHA256 of an ASCII text, 32 bytes. */
export const hmacOf =
  ({ hmacSecretHex }: VectorCredential) =>
  (text: string): Buffer =>
    createHmac('sha256', Buffer.from(hmacSecretHex, 'hex')).update(text).digest()
