import { createPrivateKey, webcrypto } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { ENCRYPTION } from '@latchkey/protocol'
import type { EncryptionRecord } from '../installs/encryption.ts'
import type { Install } from '../installs/install.ts'
import type { Keyring } from '../installs/keyring.ts'
import type { PrivateKey } from './openJwe.ts'
import { readRecipient, type Recipient } from './sealAnswer.ts'
import { unsealKey } from './sealedKey.ts'

/** What an install's bodies are encrypted with. */
export interface InstallKeys {
  readonly recipient: Recipient
  /** `server-key`: what its requests are encrypted to; else that is the service's own. */
  readonly privateKey?: PrivateKey
}

export interface InstallKeysParts {
  readonly read: (keyId: string) => Promise<EncryptionRecord | null>
  readonly keyring: Pick<Keyring, 'privateKeySeal'>
}

/** A few kilobytes each. They are the same as long as their key ID is, and the guard sees to its end. */
const KEPT_MAX = 1000

/**
 * The keys of an install, ready to be used: read by its first encrypted request here, for the guard's cache
 * of records would be ten times its size with them. Null when there are none, or none that can be unsealed.
 * @throws ApiError `unavailable`
 */
export type FindInstallKeys = (install: Install) => Promise<InstallKeys | null>

export function makeInstallKeys({ read, keyring }: InstallKeysParts): FindInstallKeys {
  const kept = new LRUCache<string, InstallKeys>({ max: KEPT_MAX })

  const prepare = async (
    { kind, publicKey, sealedKey }: EncryptionRecord,
    { keyId, masterVersion }: Install,
  ): Promise<InstallKeys> => {
    const recipient = await readRecipient(publicKey, keyId)
    if (kind === 'device-key') return { recipient }
    const seal = keyring.privateKeySeal(masterVersion, keyId)
    return { recipient, privateKey: await rsaKey(unsealKey(sealedKey ?? '', seal, keyId)) }
  }

  return async (install) => {
    const { keyId } = install
    const known = kept.get(keyId)
    if (known !== undefined) return known
    const record = await read(keyId)
    if (record === null) return null
    const keys = await prepare(record, install).catch(() => null)
    if (keys !== null) kept.set(keyId, keys)
    return keys
  }
}

/** @param der PKCS #8 */
async function rsaKey(der: Buffer): Promise<PrivateKey> {
  const jwk = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
  const hash = { name: 'RSA-OAEP', hash: 'SHA-256' }
  const key = await webcrypto.subtle.importKey('jwk', jwk as webcrypto.JsonWebKey, hash, false, [
    'decrypt',
  ])
  return { alg: ENCRYPTION.algs.RSA, key }
}
