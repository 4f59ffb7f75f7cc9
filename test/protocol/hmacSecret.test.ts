import fc from 'fast-check'
import { FORMATS, formatHmacSecret, parseHmacSecret } from '../../protocol/src/index.ts'

test('what is written is read, and looks as its format says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      const text = formatHmacSecret(secret)
      expect(text).toBe(Buffer.from(secret).toString('base64url'))
      expect(text).toMatch(FORMATS.hmacSecret)
      expect(parseHmacSecret(text)).toEqual(secret)
    }),
  )
})

test.each([
  ['42 characters', 'A'.repeat(42)],
  ['padding', `${'A'.repeat(43)}=`],
  ['base64 instead of base64url', `+${'A'.repeat(42)}`],
  ['unused bits that are set', `${'A'.repeat(42)}B`],
])('refused: %s', (_, text) => {
  expect(parseHmacSecret(text)).toBeNull()
})

test('only 32 bytes can be written', () => {
  expect(() => formatHmacSecret(new Uint8Array(31))).toThrow(TypeError)
})
