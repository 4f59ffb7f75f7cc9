import { createHmac } from 'node:crypto'
import { parseApiKey } from '../../../protocol/src/index.ts'
import { hmacUnder, makeKeyMaterial } from '../../../functions/src/guard/keyMaterial.ts'
import { makeKeyring, type Keyring } from '../../../functions/src/installs/keyring.ts'
import { keyOf, MASTER_SECRETS, type Key } from '../harness/key.ts'

const keyring = makeKeyring(MASTER_SECRETS)
const parsed = ({ apiKey }: Pick<Key, 'apiKey'>) => parseApiKey(apiKey)!

/** The real keyring, and how often a secret was derived. */
function counted(): Keyring & { derived: number } {
  const counting = {
    ...keyring,
    derived: 0,
    hmacSecret: (version: number, keyId: string) => {
      counting.derived += 1
      return keyring.hmacSecret(version, keyId)
    },
  }
  return counting
}

test('a genuine key has the secret that it was issued with, the second time as well', () => {
  const material = makeKeyMaterial(keyring, 10)
  for (const key of [keyOf(1), keyOf(2, 2), keyOf(1)]) {
    const genuine = material.genuine(parsed(key))!
    expect(genuine.keyId).toBe(key.keyId)
    const right = createHmac('sha256', key.secret).update('text').digest('hex')
    expect(hmacUnder(genuine, 'text').digest('hex')).toBe(right)
  }
})

test('a forged key has none, before and after the genuine one was seen', () => {
  const material = makeKeyMaterial(keyring, 10)
  const genuine = parsed(keyOf(1))
  const forged = [
    { ...genuine, mac: '0'.repeat(32) },
    { ...genuine, masterVersion: 2 },
    { ...genuine, masterVersion: 3 },
    { ...genuine, keyId: keyOf(2).keyId },
  ]
  for (const key of forged) expect(material.genuine(key)).toBeNull()
  expect(material.genuine(genuine)).not.toBeNull()
  for (const key of forged) expect(material.genuine(key)).toBeNull()
})

test('secrets are derived once for each key, and never for a forged one', () => {
  const counting = counted()
  const material = makeKeyMaterial(counting, 10)
  for (let time = 0; time < 3; time += 1) material.genuine(parsed(keyOf(1)))
  expect(counting.derived).toBe(1)
  for (let n = 0; n < 100; n += 1) material.genuine({ ...parsed(keyOf(n)), mac: 'f'.repeat(32) })
  expect(counting.derived).toBe(1)
})

test('a flood of forged keys evicts no genuine one', () => {
  const counting = counted()
  const material = makeKeyMaterial(counting, 2)
  for (const n of [1, 2]) material.genuine(parsed(keyOf(n)))
  for (let n = 3; n < 100; n += 1) material.genuine({ ...parsed(keyOf(n)), mac: 'f'.repeat(32) })
  for (const n of [1, 2]) material.genuine(parsed(keyOf(n)))
  expect(counting.derived).toBe(2)
})

test('beyond the cap the least recent key is derived anew', () => {
  const counting = counted()
  const material = makeKeyMaterial(counting, 2)
  for (const n of [1, 2, 1, 3, 1]) material.genuine(parsed(keyOf(n)))
  expect(counting.derived).toBe(3)
  material.genuine(parsed(keyOf(2)))
  expect(counting.derived).toBe(4)
})
