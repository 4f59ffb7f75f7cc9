import fc from 'fast-check'
import { decodeBase64, encodeBase64, encodeBase64Url } from '../../protocol/src/index.ts'

/** RFC 4648 section 10. */
const VECTORS = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
] as const

test.each(VECTORS)('RFC 4648 section 10: %j is %j', (plain, encoded) => {
  expect(encodeBase64(Buffer.from(plain))).toBe(encoded)
  expect(Buffer.from(decodeBase64(encoded)!).toString()).toBe(plain)
})

test('base64url is that of Node, for bytes of every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    }),
  )
})

test.each([
  'Zg',
  'Zg=',
  'Zg===',
  'Zh==',
  'Zm9=',
  'Z===',
  '====',
  '=',
  'Zm9v\n',
  'Zm_v',
  'Zm 9',
  'Zg==Zg==',
])('refused: %j', (text) => {
  expect(decodeBase64(text)).toBeNull()
})

test('encodes as Buffer does, and decodes what it encodes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
    }),
  )
})

test('any text is either refused or the only text for its bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[A-Za-z0-9+/=]*$/)),
      (text) => {
        const bytes = decodeBase64(text)
        if (bytes !== null) expect(encodeBase64(bytes)).toBe(text)
      },
    ),
    { numRuns: 1000 },
  )
})
