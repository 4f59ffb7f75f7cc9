import type { Keyring } from '../installs/keyring.ts'
import { makeBoundedNames, type BoundedNames } from './boundedNames.ts'

/** Networks that a key is told to be in on one day, by each instance. A phone on the move sees fewer. */
export const NETWORKS_MAX = 16

/** The names of client networks, by an address: an IPv4 one, or the /56 of an IPv6 one. */
export function makeNetworkNames(keyring: Keyring): BoundedNames {
  const names = makeBoundedNames(keyring, { kind: 'usage/network', perKeyMax: NETWORKS_MAX })
  return {
    nameFor: (keyId, address, day, onFirst) =>
      names.nameFor(keyId, networkOf(address), day, onFirst),
    hashOf: (address) => names.hashOf(networkOf(address)),
  }
}

/** The /24 of an IPv4 address; of an IPv6 one the address is a network already. */
export const networkOf = (address: string): string =>
  address.replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1.0/24')
