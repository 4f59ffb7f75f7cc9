import { LRUCache } from 'lru-cache'
import type { Keyring } from '../installs/keyring.ts'

/** Names of client networks that tell them apart, and say nothing about where they are. */
export interface NetworkNames {
  /**
   * 8 characters of base64url, or `other` when the key has been seen in many networks on that day.
   * @param address an IPv4 address or the /56 of an IPv6 one
   */
  nameFor(keyId: string, address: string, day: number): string
}

/** Rows that one key can cause in a day, at each instance. A phone on the move sees fewer. */
export const NETWORKS_MAX = 16

/** Keys whose networks of the day are remembered; a forgotten one may name sixteen more. */
const KEYS_REMEMBERED = 20_000

/** Many keys share a network: that of a mobile operator, say. */
const NAMES_REMEMBERED = 5000

const NAME_LENGTH = 8

/** Under the newest master secret: whoever has only the database cannot try networks out. */
export function makeNetworkNames(keyring: Keyring): NetworkNames {
  const hashes = new LRUCache<string, string>({ max: NAMES_REMEMBERED })
  /** By key: the names of its day, one behind the other. */
  const seen = new LRUCache<string, string>({ max: KEYS_REMEMBERED })
  let today = 0

  const hashOf = (network: string): string => {
    const known = hashes.get(network)
    if (known !== undefined) return known
    const bytes = keyring.keyedHash(keyring.newestVersion, 'usage/network', network)
    const hash = bytes.toString('base64url').slice(0, NAME_LENGTH)
    hashes.set(network, hash)
    return hash
  }

  return {
    nameFor: (keyId, address, day) => {
      if (day > today) {
        seen.clear()
        today = day
      }
      const name = hashOf(networkOf(address))
      const names = seen.get(keyId) ?? ''
      for (let at = 0; at < names.length; at += NAME_LENGTH) {
        if (names.startsWith(name, at)) return name
      }
      if (names.length >= NETWORKS_MAX * NAME_LENGTH) return 'other'
      seen.set(keyId, names + name)
      return name
    },
  }
}

/** The /24 of an IPv4 address; of an IPv6 one the address is a network already. */
export const networkOf = (address: string): string =>
  address.replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1.0/24')
