import { makeServiceKeys } from '../../../functions/src/encryption/serviceKeys.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import vectors from '../../vectors/keyring.json'

const keyring = makeKeyring(JSON.stringify(vectors.masterSecrets))
const RETIRED_FROM = 1000
const keys = makeServiceKeys({
  keyring,
  isRetired: (version, nowMs) => version === 1 && nowMs >= RETIRED_FROM,
})

test.each(vectors.cases)('version $masterVersion, key $keyId', ({ masterVersion, serviceKey }) => {
  const published = keys.published(0).find(({ kid }) => kid === `v${masterVersion}`)
  expect(published).toMatchObject(serviceKey)
})

test('a retired version is published no more, and decrypts nothing', () => {
  expect(keys.find('v1', RETIRED_FROM - 1)).toBeDefined()
  expect(keys.find('v1', RETIRED_FROM)).toBeUndefined()
  expect(keys.published(RETIRED_FROM).map(({ kid }) => kid)).not.toContain('v1')
})

test.each(['', 'v', 'v0', '1', 'V1', 'v999', '__proto__'])('there is no key "%s"', (kid) => {
  expect(keys.find(kid, 0)).toBeUndefined()
})
