import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { ApiError } from '../http/apiError.ts'
import type { EncryptionIssuer, IssuedEncryption } from '../installs/encryption.ts'
import type { Keyring } from '../installs/keyring.ts'
import { publicText, readDeviceKey } from './deviceKey.ts'
import type { KeyPairs } from './keyPairs.ts'
import { sealKey } from './sealedKey.ts'
import type { ServiceKeys } from './serviceKeys.ts'

export interface EncryptionIssuerParts {
  readonly keyring: Pick<Keyring, 'privateKeySeal'>
  readonly serviceKeys: Pick<ServiceKeys, 'published'>
  /** Undefined where none are made. */
  readonly keyPairs: KeyPairs | undefined
  /** Unix milliseconds. */
  readonly now: () => number
}

export function makeEncryptionIssuer(parts: EncryptionIssuerParts): EncryptionIssuer {
  const { keyring, serviceKeys, keyPairs, now } = parts

  const pairs = (): KeyPairs => {
    if (keyPairs === undefined) throw refused('#/encryption', 'must be a key of the device')
    return keyPairs
  }

  const forServerKey = async (keyId: string, masterVersion: number): Promise<IssuedEncryption> => {
    const { privateKey: der } = await pairs().take()
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const publicKey = publicText(createPublicKey(privateKey))
    const sealedKey = sealKey(der, keyring.privateKeySeal(masterVersion, keyId), keyId)
    return {
      record: { kind: 'server-key', publicKey, sealedKey },
      drop: {
        kind: 'server-key',
        publicKey,
        privateKey: JSON.stringify(privateKey.export({ format: 'jwk' })),
      },
    }
  }

  const forDeviceKey = (jwk: JsonWebKey): IssuedEncryption => {
    const publicKey = readDeviceKey(jwk)
    if (publicKey === null) throw refused('#/encryption/publicKey', DEVICE_KEY_EXPECTED)
    const record = { kind: 'device-key', publicKey } as const
    // The newest is never retired.
    const [serviceKey] = serviceKeys.published(now())
    return { record, drop: { ...record, serviceKey: JSON.stringify(serviceKey) } }
  }

  return {
    check: (wish) => {
      if (wish !== 'server-key') forDeviceKey(wish.publicKey)
      else if (pairs().isFull()) {
        throw new ApiError('unavailable', { detail: 'key pairs', retryAfterSeconds: 5 })
      }
    },
    issue: async (wish, keyId, masterVersion) =>
      wish === 'server-key' ? forServerKey(keyId, masterVersion) : forDeviceKey(wish.publicKey),
  }
}

export const DEVICE_KEY_EXPECTED =
  'must be a public JWK: P-256, or RSA of 2048 to 4096 bits with e=AQAB'

const refused = (pointer: string, detail: string): ApiError =>
  new ApiError('invalid_request', { errors: [{ pointer, detail }] })
