import { createHmac, type Hmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ApiKey } from '@latchkey/protocol'
import { equalInConstantTime, type Keyring } from '../installs/keyring.ts'

/** The secrets behind genuine API keys, kept because deriving them costs more than using them. */
export interface KeyMaterial {
  /** What belongs to an API key whose MAC is right, else null. */
  genuine(apiKey: ApiKey): GenuineKey | null
  /** Whether there is such a master secret; without it no key of this version can be told from a forged one. */
  knows(masterVersion: number): boolean
}

export interface GenuineKey {
  readonly keyId: string
  /** Of the master secret that the key names. */
  readonly masterVersion: number
  /**
   * The HMAC secret, 32 bytes, as text of latin1. A Buffer of 32 bytes would keep the 8 kB alive that
   * Node cuts it from: 700 bytes a key, measured.
   */
  readonly secret: string
}

interface Derived extends GenuineKey {
  readonly mac: string
}

/** Only genuine keys are kept: a flood of forged ones can evict nothing. */
export function makeKeyMaterial(keyring: Keyring, max: number): KeyMaterial {
  const derived = new LRUCache<string, Derived>({ max })

  const derive = ({ masterVersion, keyId, mac }: ApiKey): Derived => ({
    keyId: ownCopy(keyId),
    secret: keyring.hmacSecret(masterVersion, keyId).toString('latin1'),
    masterVersion,
    mac: ownCopy(mac),
  })

  return {
    knows: (masterVersion) => keyring.has(masterVersion),
    genuine: (apiKey) => {
      const { masterVersion, keyId, mac } = apiKey
      const known = derived.get(keyId)
      if (known !== undefined && known.masterVersion === masterVersion) {
        return equalInConstantTime(known.mac, mac) ? known : null
      }
      if (!keyring.has(masterVersion)) return null
      if (!equalInConstantTime(keyring.apiKeyMac(masterVersion, keyId), mac)) return null
      const key = derive(apiKey)
      derived.set(key.keyId, key)
      return key
    },
  }
}

/** HMAC-SHA256 of an ASCII text under the key's secret, still to be taken as bytes or as text. */
export function hmacUnder({ secret }: GenuineKey, text: string): Hmac {
  // Not from a Buffer: Node 24 takes 20 µs more to read the key from one.
  return createHmac('sha256', secret, { encoding: 'latin1' }).update(text, 'latin1')
}

/** V8 cuts a text without copying: a key ID that is kept would keep its whole header, 300 characters. */
const ownCopy = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
