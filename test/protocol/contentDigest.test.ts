import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { formatContentDigest, parseContentDigest } from '../../protocol/src/index.ts'
import vectors from '../vectors/rfc9530-b.json'

const sha256 = (body: string) => createHash('sha256').update(body).digest()
const GOOD = vectors[0]!.contentDigest

test.each(vectors)('$title', ({ body, contentDigest }) => {
  expect(formatContentDigest(sha256(body))).toBe(contentDigest)
  expect(parseContentDigest(contentDigest)).toBe(sha256(body).toString('base64'))
})

test.each([
  ['a second entry', `${GOOD}, ${GOOD}`],
  ['a second algorithm', `${GOOD}, sha-512=:${'A'.repeat(86)}==:`],
  ['another algorithm', GOOD.replace('sha-256', 'sha-512')],
  ['a parameter', `${GOOD};a=1`],
  ['white space around', ` ${GOOD}`],
  ['an upper-case key', GOOD.replace('sha', 'SHA')],
  ['a string instead of bytes', GOOD.replace(/=:(.*):/, '="$1"')],
  ['a digest of 31 bytes', `sha-256=:${Buffer.alloc(31).toString('base64')}:`],
  ['base64 without padding', GOOD.replace('g=:', 'g:')],
  ['base64url', GOOD.replace('/', '_')],
  ['unused bits that are set', GOOD.replace('g=:', 'h=:')],
  ['no closing colon', GOOD.slice(0, -1)],
  ['nothing', ''],
])('refused: %s', (_, text) => {
  expect(parseContentDigest(text)).toBeNull()
})

test('only a digest of 32 bytes can be written', () => {
  expect(() => formatContentDigest(new Uint8Array(31))).toThrow(TypeError)
})

test('what is written is read', () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(digest, (bytes) => {
      const text = Buffer.from(bytes).toString('base64')
      expect(parseContentDigest(formatContentDigest(bytes))).toBe(text)
    }),
  )
})
