import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { formatApiKey, LIMITS, macInput, parseApiKey } from '../../protocol/src/index.ts'
import vectors from '../vectors/signatures.json'

const GOOD = vectors.apiKey
const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/)

test('the MAC of the vector is over macInput', () => {
  const { keyId, macInput: text, apiKeyMacKeyHex } = vectors
  expect(macInput(1, keyId)).toBe(text)
  const mac = createHmac('sha256', Buffer.from(apiKeyMacKeyHex, 'hex')).update(text).digest('hex')
  expect(parseApiKey(GOOD)).toEqual({ masterVersion: 1, keyId, mac: mac.slice(0, 32) })
})

test('what is written is read', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 999_999_999 }),
      hex32,
      hex32,
      (masterVersion, keyId, mac) => {
        const text = formatApiKey({ masterVersion, keyId, mac })
        expect(text.length).toBeLessThanOrEqual(LIMITS.apiKeyCharsMax)
        expect(parseApiKey(text)).toEqual({ masterVersion, keyId, mac })
      },
    ),
  )
})

test.each([
  ['nothing', ''],
  ['version 0', GOOD.replace('v1', 'v0')],
  ['a leading zero', GOOD.replace('v1', 'v01')],
  ['a version of 10 digits', GOOD.replace('v1', 'v1000000000')],
  ['a negative version', GOOD.replace('v1', 'v-1')],
  ['no version', GOOD.replace('v1', 'v')],
  ['an upper-case digit', GOOD.replace(/a/, 'A')],
  ['another prefix', GOOD.replace('lk', 'sk')],
  ['a short key ID', GOOD.replace('_019a', '_019')],
  ['a short MAC', GOOD.slice(0, -1)],
  ['a long MAC', `${GOOD}0`],
  ['a line feed after it', `${GOOD}\n`],
  ['a space before it', ` ${GOOD}`],
  ['another separator', GOOD.replaceAll('_', '-')],
  ['a full-width digit', GOOD.replace('v1', 'v\uff11')],
])('refused: %s', (_, text) => {
  expect(parseApiKey(text)).toBeNull()
})

test.each([
  ['version 0', { masterVersion: 0 }],
  ['a fraction', { masterVersion: 1.5 }],
  ['a key ID with dashes', { keyId: '019aa000-0000-7000-8000-0000000000a1' }],
  ['a whole MAC', { mac: 'a'.repeat(64) }],
])('cannot be written: %s', (_, change) => {
  const good = { masterVersion: 1, keyId: 'a'.repeat(32), mac: 'b'.repeat(32) }
  expect(() => formatApiKey({ ...good, ...change })).toThrow(TypeError)
})

test('random text never throws and is never a key', () => {
  fc.assert(fc.property(fc.string(), (text) => parseApiKey(text) === null))
})
