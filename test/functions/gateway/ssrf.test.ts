import fc from 'fast-check'
import { seconds } from '../harness/database.ts'
import { keyOf } from '../harness/key.ts'
import { message, sendRaw } from '../harness/sendRaw.ts'
import { signed } from '../harness/signed.ts'
import {
  secretIn,
  SECRET,
  startBehindGateway,
  type BehindGateway,
} from './harness/behindGateway.ts'
import { startFakeUpstream, type FakeUpstream } from './harness/fakeUpstream.ts'

// Threat T20: whoever holds a key asks for what nobody has declared.

let api: FakeUpstream
/** Where nothing may ever go: an address that the tricks name. */
let inner: FakeUpstream
let behind: BehindGateway

beforeAll(async () => {
  ;[api, inner] = await Promise.all([startFakeUpstream(), startFakeUpstream()])
  behind = await startBehindGateway([
    {
      name: 'maps',
      origin: api.origin,
      secret: secretIn({ in: 'query', name: 'key' }),
      requestHeaders: ['accept-language'],
      limit: { quota: 1_000_000, windowSeconds: 60 },
      paths: [
        { methods: ['GET'], template: '/v1/places/{id}', query: ['q'] },
        { methods: ['POST'], template: '/v1/reviews' },
      ],
    },
  ])
})
afterAll(async () => {
  await behind.close()
  await Promise.all([api.close(), inner.close()])
})

/** All that may ever arrive there. */
const ALLOWED = new RegExp(
  `^GET /v1/places/(?!\\.{1,2}[?])(?:[A-Za-z0-9_.!~*'()-]|%[0-9A-F]{2})+\\?(?:q(?:=[^&;#]*)?&)*key=${SECRET}$`,
)

/** Sends a target as it is written; signed where it can be, else with the signature of another. */
async function ask(target: string, headers: Readonly<Record<string, string>> = {}) {
  const created = seconds(behind.database.clock)
  const request = await signed(keyOf(0), { target, created }).catch(() =>
    signed(keyOf(0), { target: '/api/proxy/maps/v1/places/1', created }),
  )
  const lines = Object.entries({ Host: 'x', ...request.headers, ...headers })
  const before = api.seen.length
  const statuses = await sendRaw(
    behind.instance.port,
    Buffer.from(
      message([`GET ${target} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)]),
    ),
  )
  return { statuses, arrived: api.seen.slice(before).map(({ method, url }) => `${method} ${url}`) }
}

async function expectHarmless(target: string): Promise<void> {
  const { statuses, arrived } = await ask(target)
  // Answered once, with what is documented; a line that is no HTTP by Node itself.
  expect([target, statuses.length]).toEqual([target, 1])
  expect([200, 400, 401, 404, 405]).toContain(statuses[0])
  expect(arrived).toHaveLength(statuses[0] === 200 ? 1 : 0)
  for (const one of arrived) expect(one).toMatch(ALLOWED)
  expect(inner.seen).toEqual([])
}

/** Ways to write a segment that is another server's address, or leads out of the template. */
const SEGMENTS = [
  ...['..', '.', '...', '....', '.%2e', '%2e', '%2e%2e', '%2E%2E', '%2e.', '%252e%252e', '%25252e'],
  ...[
    '..%2f',
    '%2f',
    '%2F',
    '%5c',
    '%5C',
    '..%5c',
    '%252f',
    '%255c',
    '..;',
    ';',
    '%3b',
    '..%3b',
    ';/..',
  ],
  ...['..%00', '%00', '%0a', '%0d%0aHost:%20evil', '%20', '%09', '%7f', '%c2%85', '%e2%80%a8'],
  ...['%c0%ae%c0%ae', '%c0%af', '%e0%80%af', '%f0%80%80%af', '%ff', '%u002e', '%u2215'],
  ...[
    '%ef%bc%8e%ef%bc%8e',
    '%ef%bc%8f',
    '%e2%81%84',
    '%e2%88%95',
    '%e2%80%a5',
    '%ef%bc%bc',
    '%ef%b9%a8',
  ],
  ...[
    '@INNER',
    'x@INNER',
    ':80@INNER',
    'user:pass@INNER',
    '%40INNER',
    '#@INNER',
    '%23@INNER',
    '?@INNER',
  ],
  ...[
    'http:',
    'http:INNER',
    'http:%2f%2fINNER',
    'https:',
    'file:',
    'gopher:',
    'data:,x',
    'javascript:1',
  ],
  ...[
    '%3f',
    '%3fkey=x',
    '%26key=x',
    '%23',
    '&key=x',
    '=',
    '+',
    '*',
    '~',
    '%',
    '%2',
    '%zz',
    '%%32%65',
  ],
  ...[
    '127.0.0.1',
    '[::1]',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '127.1',
    'localhost',
    'metadata',
  ],
  ...[
    '%e2%91%a0%e2%91%a1%e2%91%a6',
    '%ef%bd%a1',
    'a'.repeat(257),
    '%41'.repeat(300),
    '__proto__',
    'constructor',
  ],
]

/** Where such a segment may stand. */
const PLACES = [
  (segment: string) => `/api/proxy/maps/v1/places/${segment}`,
  (segment: string) => `/api/proxy/maps/v1/places/${segment}/v1/reviews`,
  (segment: string) => `/api/proxy/maps/${segment}/v1/places/1`,
  (segment: string) => `/api/proxy/${segment}/v1/places/1`,
]

/** Whole targets. */
const TARGETS = [
  'http://INNER/',
  'http://INNER/api/proxy/maps/v1/places/1',
  'https://INNER/v1/places/1',
  '//INNER/api/proxy/maps/v1/places/1',
  '///INNER/',
  '/\\INNER/',
  '\\\\INNER\\',
  '@INNER/',
  'INNER',
  '*',
  '/api/proxy/http://INNER/',
  '/api/proxy/http:/INNER/',
  '/api/proxy//INNER/',
  '/api/proxy/maps//INNER/v1/places/1',
  '/api/proxy/maps/http://INNER/v1/places/1',
  '/api/proxy/maps/\\INNER/v1/places/1',
  '/api/proxy/maps@INNER/v1/places/1',
  '/api/proxy/maps:80/v1/places/1',
  '/api/proxy/maps.INNER/v1/places/1',
  '/api/proxy/maps?/v1/places/1',
  '/api/proxy/maps#/v1/places/1',
  '/api/proxy/maps/?url=http://INNER/',
  '/api/proxy/maps/v1/places/1?url=http://INNER/',
  '/api/proxy/maps/v1/places/1?q=http://INNER/',
  '/api/proxy/maps/v1/places/1?q=1&key=mine',
  '/api/proxy/maps/v1/places/1?key=mine',
  '/api/proxy/maps/v1/places/1?%6bey=mine',
  '/api/proxy/maps/v1/places/1?q=1;key=mine',
  '/api/proxy/maps/v1/places/1?q=1%26key=mine',
  '/api/proxy/maps/v1/places/1?q=%00',
  '/api/proxy/maps/v1/places/1?q=%0d%0aX-Evil:%201',
  '/api/proxy/maps/v1/places/1?q=%ff',
  '/api/proxy/maps/v1/places/1?q=%23%3f',
  '/api/proxy/maps/v1/places/1?',
  '/api/proxy/maps/v1/places/1??q=1',
  '/api/proxy/maps/v1/places/1?q[]=1',
  '/api/proxy/maps/v1/places/1#?q=1',
  '/api/proxy/MAPS/v1/places/1',
  '/API/proxy/maps/v1/places/1',
  '/api/Proxy/maps/v1/places/1',
  '/api/proxy/maps/V1/places/1',
  '/api/proxy/maps/v1/places/',
  '/api/proxy/maps/v1/places',
  '/api/proxy/maps/v1/reviews',
  '/api/proxy/maps/v1/reviews/',
  '/api/proxy/maps/v1/places/1/',
  '/api/proxy/maps/v1/places/1/..',
  '/api/proxy/maps/v1/places/1/../../admin',
  '/api/proxy/%6daps/v1/places/1',
  '/api/%70roxy/maps/v1/places/1',
  '/api/proxy/maps%2fv1%2fplaces%2f1',
  '/api/proxy/maps/v1%2fplaces/1',
  '/proxy/maps/v1/places/1',
  '/api/api/proxy/maps/v1/places/1',
]

const tricks = () => {
  const host = new URL(inner.origin).host
  const all = [...SEGMENTS.flatMap((segment) => PLACES.map((at) => at(segment))), ...TARGETS]
  return all.map((target) => target.replaceAll('INNER', host))
}

test('at least 150 tricks leave for the configured origin and a declared path, or not at all', async () => {
  const all = tricks()
  expect(new Set(all).size).toBeGreaterThan(150)
  for (const target of all) await expectHarmless(target)
  // And the same host is reached by what is allowed.
  const { arrived } = await ask('/api/proxy/maps/v1/places/S%C3%A3o%20Paulo?q=a')
  expect(arrived).toEqual([`GET /v1/places/S%C3%A3o%20Paulo?q=a&key=${SECRET}`])
})

test('nor does anything that can be made up of such parts', async () => {
  const part = fc.constantFrom(
    ...[
      '..',
      '.',
      '/',
      '//',
      '\\',
      '%2f',
      '%2e',
      '%5c',
      ';',
      '?',
      '#',
      '@',
      ':',
      '%00',
      '%0d%0a',
      '&',
    ],
    ...['v1', 'places', 'maps', 'q=', 'key=', 'http:', '%25', '%ef%bc%8f', '~', '1', '127.0.0.1'],
  )
  const target = fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map((parts) => `/api/proxy/maps/v1/places/${parts.join('')}`)
  await fc.assert(fc.asyncProperty(target, expectHarmless), { numRuns: 1000 })
})

test.each([
  ['Host', 'INNER'],
  ['X-Forwarded-Host', 'INNER'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Original-URL', '/admin'],
  ['X-Rewrite-URL', '/admin'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Forwarded', 'host=INNER'],
  ['Proxy', 'http://INNER'],
  ['Referer', 'http://INNER'],
  ['Destination', 'http://INNER'],
])('the header %s changes neither where a request goes nor what it asks', async (name, value) => {
  const host = new URL(inner.origin).host
  const target = '/api/proxy/maps/v1/places/1'
  const { arrived } = await ask(target, { [name]: value.replaceAll('INNER', host) })
  expect(arrived).toEqual([`GET /v1/places/1?key=${SECRET}`])
  expect(
    api.seen
      .at(-1)!
      .headers.map(([each]) => each)
      .sort(),
  ).toEqual([...['accept-encoding', 'connection', 'host', 'user-agent', 'via']])
  expect(api.seen.at(-1)!.headers).toContainEqual(['host', new URL(api.origin).host])
  expect(inner.seen).toEqual([])
})
