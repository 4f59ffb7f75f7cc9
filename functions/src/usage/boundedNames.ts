import { LRUCache } from 'lru-cache'
import type { Keyring } from '../installs/keyring.ts'

/** Names that tell values apart, and say nothing about them. */
export interface BoundedNames {
  /**
   * 8 characters of base64url, or `other` when the key has had so many on that day.
   * @param onFirst called when this instance has not yet named it for the key on that day
   */
  nameFor(keyId: string, value: string, day: number, onFirst?: (name: string) => void): string
  /** The name, whoever has it. */
  hashOf(value: string): string
}

export interface NamesSettings {
  /** What they are the names of; a hash is under a key of its own for each kind. */
  readonly kind: string
  /** Rows that one key can cause in a day, at each instance. */
  readonly perKeyMax: number
}

/** Keys whose names of the day are remembered; a forgotten one may have as many again. */
const KEYS_REMEMBERED = 20_000

/** Many keys share a value: the network of a mobile operator, say. */
const NAMES_REMEMBERED = 5000

const NAME_LENGTH = 8

/** Under the newest master secret: whoever has only the database cannot try values out. */
export function makeBoundedNames(keyring: Keyring, settings: NamesSettings): BoundedNames {
  const { kind, perKeyMax } = settings
  const hashes = new LRUCache<string, string>({ max: NAMES_REMEMBERED })
  /** By key: the names of its day, one behind the other. */
  const seen = new LRUCache<string, string>({ max: KEYS_REMEMBERED })
  let today = 0

  const hashOf = (value: string): string => {
    const known = hashes.get(value)
    if (known !== undefined) return known
    const bytes = keyring.keyedHash(keyring.newestVersion, kind, value)
    const hash = bytes.toString('base64url').slice(0, NAME_LENGTH)
    hashes.set(value, hash)
    return hash
  }

  return {
    hashOf,
    nameFor: (keyId, value, day, onFirst) => {
      if (day > today) {
        seen.clear()
        today = day
      }
      const name = hashOf(value)
      const names = seen.get(keyId) ?? ''
      for (let at = 0; at < names.length; at += NAME_LENGTH) {
        if (names.startsWith(name, at)) return name
      }
      if (names.length >= perKeyMax * NAME_LENGTH) return 'other'
      seen.set(keyId, names + name)
      onFirst?.(name)
      return name
    },
  }
}
