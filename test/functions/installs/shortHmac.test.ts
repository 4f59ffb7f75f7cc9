import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { makeShortHmac } from '../../../functions/src/installs/shortHmac.ts'

test('is the HMAC-SHA256 of node:crypto, whatever was asked before', () => {
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const texts = fc.array(fc.stringMatching(/^[ -~]{0,64}$/), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(keys, texts, (bytes, asked) => {
      const key = Buffer.from(bytes)
      const hmac = makeShortHmac(key)
      for (const text of asked) {
        expect(hmac(text)).toBe(createHmac('sha256', key).update(text).digest('hex'))
      }
    }),
  )
})

test('refuses another length of key, and a longer text', () => {
  expect(() => makeShortHmac(randomBytes(31))).toThrow(TypeError)
  expect(() => makeShortHmac(randomBytes(33))).toThrow(TypeError)
  expect(() => makeShortHmac(randomBytes(32))('x'.repeat(65))).toThrow(TypeError)
})
