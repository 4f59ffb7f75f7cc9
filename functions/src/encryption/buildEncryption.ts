import type { EncryptionIssuer } from '../installs/encryption.ts'
import type { Keyring } from '../installs/keyring.ts'
import type { InstallStore } from '../installs/store.ts'
import { makeOpenBody, type OpenBody } from './encryptedBodies.ts'
import { makeEncryptionIssuer } from './encryptionIssuer.ts'
import { makeInstallKeys } from './installKeys.ts'
import { makeKeyPairs, makeRsaPair } from './keyPairs.ts'
import { makeServiceKeys, type ServiceKey } from './serviceKeys.ts'

/** All that encrypted bodies are made of. */
export interface Encryption {
  readonly issuer: EncryptionIssuer
  readonly openBody: OpenBody
  /** RFC 7517 section 5. */
  readonly keySet: () => { readonly keys: readonly ServiceKey[] }
}

export interface EncryptionParts {
  readonly keyring: Keyring
  readonly store: Pick<InstallStore, 'readEncryption'>
  readonly isRetired: (masterVersion: number, nowMs: number) => boolean
  readonly serverKeyQueue: number
  /** Unix milliseconds. */
  readonly now: () => number
}

/** How long a registration waits for its pair: a request has 9 s, and reads and writes before and behind. */
const PAIR_MS = 4000

/** Loaded by the first install that asks for encryption, or uses it. */
export function buildEncryption(parts: EncryptionParts): Encryption {
  const { keyring, store, isRetired, serverKeyQueue, now } = parts
  const serviceKeys = makeServiceKeys({ keyring, isRetired })
  const keyPairs =
    serverKeyQueue === 0
      ? undefined
      : makeKeyPairs({ make: makeRsaPair, waitingMax: serverKeyQueue, waitMs: PAIR_MS })
  return {
    issuer: makeEncryptionIssuer({ keyring, serviceKeys, keyPairs, now }),
    openBody: makeOpenBody({
      findKeys: makeInstallKeys({ read: store.readEncryption, keyring }),
      serviceKeys,
      now,
    }),
    keySet: () => ({ keys: serviceKeys.published(now()) }),
  }
}
