import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { hmacBase64, makeShortHmac } from '../../../functions/src/installs/hmac.ts'

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

describe('hmacBase64', () => {
  test('is the HMAC-SHA256 of node:crypto, for every length of text, whatever was asked before', () => {
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const texts = fc.array(fc.stringMatching(/^[ -~]{0,400}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(keys, texts, (bytes, asked) => {
        const key = Buffer.from(bytes)
        for (const text of [...asked, 'x'.repeat(4096), 'y'.repeat(4097), 'z'.repeat(20_000), '']) {
          const right = createHmac('sha256', key).update(text).digest('base64')
          expect(hmacBase64(key.toString('latin1'), text)).toBe(right)
        }
      }),
    )
  })

  test('refuses another length of key', () => {
    expect(() => hmacBase64('k'.repeat(31), '')).toThrow(TypeError)
    expect(() => hmacBase64('k'.repeat(33), '')).toThrow(TypeError)
  })
})
