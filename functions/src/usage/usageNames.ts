import type { Keyring } from '../installs/keyring.ts'
import { makeBoundedNames, type BoundedNames } from './boundedNames.ts'
import { makeNetworkNames } from './networkNames.ts'

/** Names of what is counted apart and must not be stored. */
export interface UsageNames {
  readonly networks: BoundedNames
  /** Of phone numbers, for each key. */
  readonly phones: BoundedNames
  /** Of a network by itself, whoever calls from there; `other` for those beyond what a day may have. */
  ofNetwork(address: string, day: number): string
}

/** A key that has had more numbers than this in a day has told enough. */
export const PHONES_MAX = 16

/** Rows of networks that one instance can cause in a day: a flood from everywhere fills no database. */
export const NETWORKS_A_DAY_MAX = 5000

export function makeUsageNames(keyring: Keyring): UsageNames {
  const networks = makeNetworkNames(keyring)
  const phones = makeBoundedNames(keyring, { kind: 'usage/phone', perKeyMax: PHONES_MAX })
  /** Of the day. */
  let known = new Set<string>()
  let today = 0
  return {
    networks,
    phones,
    ofNetwork: (address, day) => {
      if (day > today) {
        known = new Set()
        today = day
      }
      const name = networks.hashOf(address)
      if (!known.has(name) && known.size >= NETWORKS_A_DAY_MAX) return 'other'
      known.add(name)
      return name
    },
  }
}
