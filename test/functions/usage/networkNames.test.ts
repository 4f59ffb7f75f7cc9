import { createHash } from 'node:crypto'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import {
  makeNetworkNames,
  networkOf,
  NETWORKS_MAX,
} from '../../../functions/src/usage/networkNames.ts'
import { keyring } from '../installs/harness/backend.ts'

const DAY = 20_000
const KEY = 'a'.repeat(32)

test.each([
  ['203.0.113.9', '203.0.113.0/24'],
  ['255.255.255.255', '255.255.255.0/24'],
  ['20010db8000001::/56', '20010db8000001::/56'],
  ['unknown', 'unknown'],
])('%s is in the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('a name is 8 characters, the same for a network’s addresses, another for another’s', () => {
  const names = makeNetworkNames(keyring)
  const nameFor = (address: string) => names.nameFor(KEY, address, DAY)
  expect(nameFor('203.0.113.9')).toMatch(/^[A-Za-z0-9_-]{8}$/)
  expect(nameFor('203.0.113.200')).toBe(nameFor('203.0.113.9'))
  expect(nameFor('203.0.114.9')).not.toBe(nameFor('203.0.113.9'))
})

test('instances of one deployment agree; another’s master secret gives other names', () => {
  const name = makeNetworkNames(keyring).nameFor(KEY, '203.0.113.9', DAY)
  expect(makeNetworkNames(keyring).nameFor(KEY, '203.0.113.1', DAY)).toBe(name)
  const master = createHash('sha256').update('another').digest('base64url')
  const other = makeKeyring(JSON.stringify({ 1: master }))
  expect(makeNetworkNames(other).nameFor(KEY, '203.0.113.9', DAY)).not.toBe(name)
})

test('a key has so many a day, then the others have one name; the next day it has them again', () => {
  const names = makeNetworkNames(keyring)
  const nameOf = (n: number, day: number) => names.nameFor(KEY, `203.0.${n}.1`, day)
  const named = (day: number) => Array.from({ length: 40 }, (_, n) => nameOf(n, day))
  const first = named(DAY)
  expect(new Set(first).size).toBe(NETWORKS_MAX + 1)
  expect(first.slice(NETWORKS_MAX)).toEqual(Array(40 - NETWORKS_MAX).fill('other'))
  // Known ones keep their names.
  expect(named(DAY)).toEqual(first)
  expect(names.nameFor('b'.repeat(32), '203.0.39.1', DAY)).not.toBe('other')
  expect(nameOf(39, DAY + 1)).not.toBe('other')
})
