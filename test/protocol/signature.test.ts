import fc from 'fast-check'
import { formatSignature, parseSignature } from '../../protocol/src/index.ts'

const MAC = 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YU='
const GOOD = `lk=:${MAC}:`

test('a full-length MAC under the given label', () => {
  expect(parseSignature(GOOD, 'lk')).toBe(MAC)
})

/** Inputs that a structured-field parser, or a lenient base64 decoder, could take for the same MAC. */
test.each([
  ['another label', GOOD.replace('lk', 'sig1')],
  ['a longer label', GOOD.replace('lk', 'lk2')],
  ['an upper-case label', GOOD.replace('lk', 'LK')],
  ['no label', GOOD.slice(3)],
  ['two signatures', `${GOOD}, sig2=:${MAC}:`],
  ['the same signature twice', `${GOOD}, ${GOOD}`],
  ['a trailing comma', `${GOOD},`],
  ['a parameter', `${GOOD};a=1`],
  ['an inner list', `lk=(:${MAC}:)`],
  ['a string', `lk="${MAC}"`],
  ['white space before', ` ${GOOD}`],
  ['white space after', `${GOOD} `],
  ['white space around the equals sign', GOOD.replace('=', ' = ')],
  ['white space within', GOOD.replace('uzv', 'uz v')],
  ['no opening colon', GOOD.replace('=:', '=')],
  ['no closing colon', GOOD.slice(0, -1)],
  ['no padding', GOOD.replace('U=:', 'U:')],
  ['base64url', GOOD.replace('8z', '-z')],
  ['unused bits that are set', GOOD.replace('YU=', 'YV=')],
  ['a MAC of 16 bytes', 'lk=:uzvJfB4u3N0Jy4T7NZ75MA==:'],
  ['a MAC of 31 bytes', 'lk=:uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46Q==:'],
  ['a MAC of 33 bytes', `lk=:${MAC.slice(0, -1)}A:`],
  ['an empty MAC', 'lk=::'],
  ['nothing', ''],
])('refused: %s', (_, text) => {
  expect(text).not.toBe(GOOD)
  expect(parseSignature(text, 'lk')).toBeNull()
})

test('only a MAC of 32 bytes can be written', () => {
  expect(() => formatSignature('lk', new Uint8Array(16))).toThrow(TypeError)
})

test('what is written is read', () => {
  const labels = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,63}$/)
  fc.assert(
    fc.property(labels, fc.uint8Array({ minLength: 32, maxLength: 32 }), (label, mac) => {
      const text = Buffer.from(mac).toString('base64')
      expect(parseSignature(formatSignature(label, mac), label)).toBe(text)
    }),
  )
})
