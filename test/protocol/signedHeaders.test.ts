import fc from 'fast-check'
import { LIMITS, pickSignedHeaders } from '../../protocol/src/index.ts'

const GOOD: [string, string][] = [
  ['Host', 'example.com'],
  ['Accept-Encoding', 'gzip'],
  ['X-API-Key', 'key'],
  ['Signature-Input', 'input'],
  ['Signature', 'mac'],
  ['Content-Type', 'application/json'],
  ['Content-Digest', 'digest'],
]
const PICKED = {
  apiKey: 'key',
  signatureInput: 'input',
  signature: 'mac',
  contentType: 'application/json',
  contentDigest: 'digest',
  extra: new Map(),
}
const SIGNED = GOOD.slice(2).map(([name]) => name)
const without = (name: string) => GOOD.filter((header) => header[0] !== name).flat()
const changed = (name: string, value: string) =>
  GOOD.map((header) => (header[0] === name ? [name, value] : header)).flat()

test('the headers of a signature are picked from the list', () => {
  expect(pickSignedHeaders(GOOD.flat())).toEqual(PICKED)
})

test('names are case-insensitive and the order is free', () => {
  const spellings = fc.tuple(...GOOD.map(([name]) => fc.mixedCase(fc.constant(name))))
  const order = fc.shuffledSubarray(GOOD, { minLength: GOOD.length })
  fc.assert(
    fc.property(spellings, order, (names, headers) => {
      const list = headers.flatMap((header) => [names[GOOD.indexOf(header)]!, header[1]])
      expect(pickSignedHeaders(list)).toEqual(PICKED)
    }),
  )
})

test.each(SIGNED)('%s twice is refused, in any spelling and even with the same value', (name) => {
  for (const again of [name, name.toLowerCase(), name.toUpperCase()]) {
    const value = GOOD.find((header) => header[0] === name)![1]
    expect(pickSignedHeaders([...GOOD.flat(), again, value])).toBe('header_duplicated')
    expect(pickSignedHeaders([again, '', ...GOOD.flat()])).toBe('header_duplicated')
  }
})

test.each([
  ['X-API-Key', LIMITS.apiKeyCharsMax],
  ['Signature-Input', LIMITS.signatureInputCharsMax],
  ['Signature', LIMITS.signatureCharsMax],
  ['Content-Type', LIMITS.contentTypeCharsMax],
  ['Content-Digest', LIMITS.contentDigestCharsMax],
])('%s of more than %i characters is refused', (name, charsMax) => {
  expect(pickSignedHeaders(changed(name, 'a'.repeat(charsMax)))).toHaveProperty('apiKey')
  expect(pickSignedHeaders(changed(name, 'a'.repeat(charsMax + 1)))).toBe('header_too_long')
})

test('what is missing is named', () => {
  expect(pickSignedHeaders([])).toBe('api_key_missing')
  expect(pickSignedHeaders(without('X-API-Key'))).toBe('api_key_missing')
  expect(pickSignedHeaders(without('Signature'))).toBe('signature_missing')
  expect(pickSignedHeaders(without('Signature-Input'))).toBe('signature_input_missing')
})

test.each(['application/json\u00e9', 'application/json\n"@path": /x', 'a\tb', 'a\0'])(
  'a content type that could be encoded or split in two ways is refused: %j',
  (value) => {
    expect(pickSignedHeaders(changed('Content-Type', value))).toBe('header_characters')
  },
)

describe('an extra header', () => {
  const pick = (...more: string[]) =>
    pickSignedHeaders([...GOOD.flat(), ...more], ['idempotency-key', 'x-tenant'])

  test('is picked when it is configured and there', () => {
    const extra = new Map([['idempotency-key', 'a']])
    expect(pick('Idempotency-Key', 'a', 'X-Other', 'b')).toEqual({ ...PICKED, extra })
  })

  test('is refused twice, over-long and with control characters', () => {
    expect(pick('X-Tenant', 'a', 'x-tenant', 'a')).toBe('header_duplicated')
    expect(pick('X-Tenant', 'a'.repeat(LIMITS.extraHeaderCharsMax + 1))).toBe('header_too_long')
    expect(pick('X-Tenant', 'a\nb')).toBe('header_characters')
  })
})

test('a list of odd length or with prototype names neither throws nor picks', () => {
  const odd = [...GOOD.flat(), 'Signature']
  expect(pickSignedHeaders(odd)).toEqual(PICKED)
  expect(pickSignedHeaders(['__proto__', 'a', 'constructor', 'b', ...GOOD.flat()])).toEqual(PICKED)
})
