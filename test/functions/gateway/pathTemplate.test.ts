import fc from 'fast-check'
import {
  decodeSegments,
  fillTemplate,
  parseTemplate,
} from '../../../functions/src/gateway/pathTemplate.ts'

const fill = (template: string, path: string) =>
  fillTemplate(parseTemplate(template)!, decodeSegments(path))

test('fixed segments must be there, chosen ones may be anything of one segment', () => {
  expect(fill('/v1/charges/{id}/refunds', '/v1/charges/ch_1/refunds')).toBe(
    '/v1/charges/ch_1/refunds',
  )
  expect(fill('/v1/{city}', '/v1/S%C3%A3o%20Paulo')).toBe('/v1/S%C3%A3o%20Paulo')
  expect(fill('/v1/{city}', '/v1/it%27s')).toBe("/v1/it's")
  expect(fill('/v1/charges', '/%76%31/charges')).toBe('/v1/charges')
})

test.each([
  ['another segment', '/v2/a'],
  ['one less', '/v1'],
  ['one more', '/v1/a/b'],
  ['an empty one', '/v1/'],
  ['the parent folder', '/v1/..'],
  ['three dots', '/v1/...'],
  ['an encoded slash', '/v1/a%2Fb'],
  ['an encoded backslash', '/v1/a%5Cb'],
  ['a path parameter', '/v1/a%3Bb'],
  ['a second encoding', '/v1/%252e%252e'],
  ['a query inside', '/v1/a%3Fb'],
  ['a fragment inside', '/v1/a%23b'],
  ['a line feed', '/v1/a%0Ab'],
  ['NUL', '/v1/a%00'],
  ['a full-width slash', '/v1/a%EF%BC%8Fb'],
  ['full-width dots', '/v1/%EF%BC%8E%EF%BC%8E'],
  ['two dots in one character', '/v1/%E2%80%A5'],
  ['a full-width percent sign', '/v1/%EF%BC%852e'],
  ['a C1 control character', '/v1/a%C2%85'],
  ['too long a segment', `/v1/${'a'.repeat(257)}`],
])('%s does not fit', (_name, path) => {
  expect(fill('/v1/{id}', path)).toBeNull()
})

test.each(['/v1/%c0%ae', '/v1/%ff', '/v1/%ed%a0%80', '/v1/%e0%80%af'])(
  '%s is no UTF-8: an invalid request',
  (path) => {
    expect(() => decodeSegments(path)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }) as Error,
    )
  },
)

test.each([
  '',
  'v1',
  '/',
  '//',
  '/v1/',
  '/..',
  '/a/../b',
  '/{}',
  '/{a',
  '/a b',
  '/a?b',
  '/{1}',
  '/%61',
])('a template must not be %j', (text) => {
  expect(parseTemplate(text)).toBeNull()
})

test('whatever is chosen comes back as one segment, or not at all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const filled = fillTemplate([undefined, 'end'], [text, 'end'])
      if (filled === null) return
      const url = new URL(filled, 'https://origin.example')
      expect(url.origin).toBe('https://origin.example')
      expect(url.pathname).toBe(filled)
      expect(decodeURIComponent(url.pathname)).toBe(`/${text}/end`)
      expect(url.pathname.split('/')).toHaveLength(3)
    }),
    { numRuns: 5000 },
  )
})
