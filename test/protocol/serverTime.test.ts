import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import {
  formatServerTime,
  parseHmacSecret,
  parseServerTime,
  serverTimeText,
} from '../../protocol/src/index.ts'
import vectors from '../vectors/signatures.json'

const { unixSeconds, nonce, text, header } = vectors.serverTime

test('the text and the header of the vector', () => {
  expect(serverTimeText(unixSeconds, nonce)).toBe(text)
  const mac = createHmac('sha256', parseHmacSecret(vectors.hmacSecret)!).update(text).digest()
  expect(formatServerTime({ unixSeconds, mac })).toBe(header)
  expect(parseServerTime(header)).toEqual({ unixSeconds, mac: new Uint8Array(mac) })
})

test('what is written is read', () => {
  const seconds = fc.integer({ min: 1, max: 999_999_999_999 })
  const macs = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(seconds, macs, (unixSeconds, mac) => {
      expect(parseServerTime(formatServerTime({ unixSeconds, mac }))).toEqual({ unixSeconds, mac })
    }),
  )
})

test.each([
  ['no MAC', '1795300000'],
  ['a fraction', header.replace(';', '.5;')],
  ['a leading zero', `0${header}`],
  ['a short MAC', header.replace('mac=:', 'mac=:=').replace(/.{5}:$/, ':')],
  ['unused bits that are set', header.replace(/(.)=:$/, (_, c: string) => `${next(c)}=:`)],
  ['a line feed', `${header}\n`],
])('refused: %s', (_, text) => {
  expect(parseServerTime(text)).toBeNull()
})

/** The next base64 digit: the same 4 used bits, another unused one. */
function next(character: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return digits[digits.indexOf(character) + 1]!
}
