import { LRUCache } from 'lru-cache'
import type { ApiKey } from '@latchkey/protocol'
import { equalInConstantTime, type Keyring } from '../installs/keyring.ts'

/** The secrets behind genuine API keys, kept because deriving them costs more than using them. */
export interface KeyMaterial {
  /** The HMAC secret (32 bytes) of a key whose MAC is right, else null. */
  secretOf(key: ApiKey): Buffer | null
}

interface Derived {
  readonly masterVersion: number
  readonly mac: string
  readonly secret: Buffer
}

/** Only genuine keys are kept: a flood of forged ones can evict nothing. */
export function makeKeyMaterial(keyring: Keyring, max: number): KeyMaterial {
  const derived = new LRUCache<string, Derived>({ max })
  return {
    secretOf: ({ masterVersion, keyId, mac }) => {
      const known = derived.get(keyId)
      if (known !== undefined && known.masterVersion === masterVersion) {
        return equalInConstantTime(known.mac, mac) ? known.secret : null
      }
      if (!keyring.has(masterVersion)) return null
      if (!equalInConstantTime(keyring.apiKeyMac(masterVersion, keyId), mac)) return null
      // A copy from Buffer's pool: a store of its own for 32 bytes would take three times the memory.
      const secret = Buffer.from(keyring.hmacSecret(masterVersion, keyId))
      derived.set(keyId, { masterVersion, mac, secret })
      return secret
    },
  }
}
