import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { formatApiKey } from '../../../protocol/src/index.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import { withShard } from '../../../functions/src/shards.ts'

/** What a sender has, and every server can derive. */
export interface BenchInstall {
  readonly keyId: string
  readonly apiKey: string
  /** 32 bytes. */
  readonly secret: Buffer
}

/** Guards nothing but this bench. */
export const MASTER_SECRETS = JSON.stringify({ 1: sha256('bench').toString('base64url') })

export const INSTALLS = 10_000

const keyring = makeKeyring(MASTER_SECRETS)

/** The same in every process, so that nothing has to be handed over. */
export function benchInstalls(): BenchInstall[] {
  return Array.from({ length: INSTALLS }, (_, i) => {
    const keyId = withShard(sha256(`install ${i}`).toString('hex').slice(0, 32), 0)
    const mac = keyring.apiKeyMac(1, keyId)
    const apiKey = formatApiKey({ masterVersion: 1, keyId, mac })
    return { keyId, apiKey, secret: keyring.hmacSecret(1, keyId) }
  })
}

/** For verifiers that look a secret up by its key ID, in the form that costs them least. */
export function benchSecrets(count = INSTALLS): Map<string, KeyObject> {
  const installs = benchInstalls().slice(0, count)
  return new Map(installs.map(({ keyId, secret }) => [keyId, createSecretKey(secret)]))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
