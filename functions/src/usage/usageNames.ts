import type { Keyring } from '../installs/keyring.ts'
import { makeBoundedNames, type BoundedNames } from './boundedNames.ts'
import { makeNetworkNames } from './networkNames.ts'

/** Names of what is counted apart and must not be stored. */
export interface UsageNames {
  readonly networks: BoundedNames
  /** Of phone numbers, for each key. */
  readonly phones: BoundedNames
  /**
   * How many keys to count for a network in which one more was seen: none for the first, so that a home
   * with one phone, which is what most are, costs nothing; two with the second.
   */
  sharedBy(network: string, day: number): number
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
  /** Of the day: networks with a row, and those in which a key was seen, by whether there were more. */
  let known = new Set<string>()
  let shared = new Map<string, boolean>()
  let today = 0
  const begin = (day: number): void => {
    if (day <= today) return
    known = new Set()
    shared = new Map()
    today = day
  }
  return {
    networks,
    phones,
    sharedBy: (network, day) => {
      begin(day)
      const isShared = shared.get(network)
      if (isShared === undefined && shared.size >= NETWORKS_A_DAY_MAX) return 0
      shared.set(network, isShared !== undefined)
      return isShared === undefined ? 0 : isShared ? 1 : 2
    },
    ofNetwork: (address, day) => {
      begin(day)
      const name = networks.hashOf(address)
      if (!known.has(name) && known.size >= NETWORKS_A_DAY_MAX) return 'other'
      known.add(name)
      return name
    },
  }
}
