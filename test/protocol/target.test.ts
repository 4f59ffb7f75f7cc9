import fc from 'fast-check'
import { canonicalPath, LIMITS, parseTarget } from '../../protocol/src/index.ts'

test.each([
  ['/api/installs', '/api/installs', '?'],
  ['/installs', '/api/installs', '?'],
  ['/api', '/api', '?'],
  ['/', '/api/', '?'],
  ['/apiary', '/api/apiary', '?'],
  ['/API/installs', '/api/API/installs', '?'],
  ['/api/installs/', '/api/installs/', '?'],
  ['/a?b=c', '/api/a', '?b=c'],
  ['/a??', '/api/a', '??'],
  ['/a?u=https://x/../y;z%2e%2f\\', '/api/a', '?u=https://x/../y;z%2e%2f\\'],
  ['/.well-known/a..b/...', '/api/.well-known/a..b/...', '?'],
  ["/a-._~!$&'()*+,=:@", "/api/a-._~!$&'()*+,=:@", '?'],
  ['/K%C3%B6ln%20%41', '/api/K%C3%B6ln%20%41', '?'],
])('%s is signed as %s and %s', (target, path, query) => {
  expect(parseTarget(target)).toEqual({ path, query })
})

test.each([
  '',
  'api/installs',
  '*',
  'http://example.com/api/installs',
  '//example.com/api',
  '/api//installs',
  '/api/installs//',
  '/.',
  '/..',
  '/api/./installs',
  '/api/../installs',
  '/api/installs/.',
  '/api/installs/..',
  '/api/%2e/installs',
  '/api/%2E%2e/installs',
  '/api/a%2eb',
  '/api%2finstalls',
  '/api%2Finstalls',
  '/api%5cinstalls',
  '/api%5Cinstalls',
  '/api\\installs',
  '/api/installs;a=b',
  '/api/installs%3ba=b',
  '/api/installs%00',
  '/api/installs%0a',
  '/api/installs%1F',
  '/api/installs%7f',
  '/api/installs\0',
  '/api/installs\n',
  '/api/in stalls',
  '/api/in\tstalls',
  '/api/ins<alls',
  '/api/%',
  '/api/%4',
  '/api/%zz',
  '/api/installs#top',
  '/api/installs?',
  '/api/installs?a#top',
  '/api/installs?a b',
  '/api/installs?a\r\nb',
  '/api/installs?\u00e9',
  '/api/caf\u00e9',
  '/api/\uff0e\uff0e',
])('refused: %j', (target) => {
  expect(parseTarget(target)).toBeNull()
})

test('one character too many is refused', () => {
  const longest = '/'.padEnd(LIMITS.targetCharsMax, 'a')
  expect(parseTarget(longest)).not.toBeNull()
  expect(parseTarget(`${longest}a`)).toBeNull()
})

test('behind Hosting and as the function itself, the canonical path is the same', () => {
  const segment = fc.stringMatching(/^[a-z0-9_]{1,8}$/).filter((text) => text !== 'api')
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
      const path = `/${segments.join('/')}`
      expect(canonicalPath(path)).toBe(`/api${path}`)
      expect(canonicalPath(`/api${path}`)).toBe(`/api${path}`)
    }),
  )
})

test('what is accepted reads the same to the URL parser of browsers and Node', () => {
  const characters = fc.constantFrom(...'/.%?#;\\ab25eEfFcC0'.split(''))
  const targets = fc.array(characters, { maxLength: 24 }).map((text) => `/${text.join('')}`)
  fc.assert(
    fc.property(targets, (text) => {
      const target = parseTarget(text)
      if (target === null) return
      const url = new URL(text, 'http://example.com')
      expect(target).toEqual({ path: canonicalPath(url.pathname), query: url.search || '?' })
    }),
    { numRuns: 10_000 },
  )
})

test('random text never throws, and gives a path below /api without ambiguity', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webPath()), (text) => {
      const path = parseTarget(`/${text}`)?.path ?? '/api/ok'
      expect(path).toMatch(/^\/api(\/|$)/)
      expect(path).not.toMatch(/\/\.{0,2}\/|[\\;\0]|%2e|%2f|%5c/i)
    }),
    { numRuns: 5000 },
  )
})
