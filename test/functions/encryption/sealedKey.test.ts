import { randomBytes } from 'node:crypto'
import { sealKey, unsealKey } from '../../../functions/src/encryption/sealedKey.ts'

const key = randomBytes(32)
const KEY_ID = '019a8f2d4c3e7b6aa1d0c5e4f3b2a190'
const privateKey = randomBytes(1700)
const sealed = sealKey(privateKey, key, KEY_ID)

test('what was sealed comes back, and looks otherwise each time', () => {
  expect(unsealKey(sealed, key, KEY_ID)).toEqual(privateKey)
  expect(sealKey(privateKey, key, KEY_ID)).not.toBe(sealed)
})

test.each([
  ['another install', sealed, key, KEY_ID.replace('019', '018')],
  ['another master secret', sealed, randomBytes(32), KEY_ID],
  ['a changed text', `${sealed.slice(0, 40)}AAAA${sealed.slice(44)}`, key, KEY_ID],
  ['a cut text', sealed.slice(0, -4), key, KEY_ID],
  ['nothing', '', key, KEY_ID],
])('not for %s', (_name, text, by, keyId) => {
  expect(() => unsealKey(text, by, keyId)).toThrow()
})
