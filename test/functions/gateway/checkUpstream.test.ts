import { checkUpstreams } from '../../../functions/src/gateway/checkUpstream.ts'
import { exampleUpstreams, withExamples } from '../../../functions/src/gateway/exampleUpstreams.ts'
import type { Upstream, UpstreamPath } from '../../../functions/src/gateway/upstream.ts'
import { secretIn } from './harness/behindGateway.ts'

const PATH: UpstreamPath = { methods: ['GET'], template: '/v1/{id}' }
const GOOD: Upstream = { name: 'maps', origin: 'https://maps.example', paths: [PATH] }
const DEPLOYED = { isEmulated: false, timeoutMs: 30_000, origins: new Map<string, string>() }
const check = (change: Partial<Upstream>, options: Partial<typeof DEPLOYED> = {}) =>
  checkUpstreams([{ ...GOOD, ...change }], { ...DEPLOYED, ...options })[0]!
const checkPath = (change: Partial<UpstreamPath>) => check({ paths: [{ ...PATH, ...change }] })

test('an example makes room for a declaration of its name', () => {
  const path = { methods: ['GET'], template: '/v1' } as const
  const own = { name: 'weather', origin: 'https://weather.example', paths: [path] }
  const found = checkUpstreams(withExamples([own]), DEPLOYED)
  expect(found.map(({ name, origin }) => [name, origin])).toEqual([
    ['weather', 'https://weather.example'],
    ['payments', 'https://payments.invalid'],
  ])
})

test('the examples are good', () => {
  const upstreams = checkUpstreams(exampleUpstreams(), DEPLOYED)
  expect(upstreams.map(({ name, methods }) => [name, methods])).toEqual([
    ['weather', ['GET', 'HEAD']],
    ['payments', ['POST', 'GET']],
  ])
})

test('what is not declared has a default', () => {
  expect(check({})).toMatchObject({
    origin: 'https://maps.example',
    bodyBytesMax: 16_384,
    answerBytesMax: 1_048_576,
    limit: { quota: 60, windowSeconds: 60 },
    wholeMsMax: 8000,
  })
})

test('the origin is kept as it was understood', () => {
  expect(check({ origin: 'HTTPS://Maps.Example:443/' }).origin).toBe('https://maps.example')
})

const ORIGINS: Record<string, string> = {
  'no URL': 'maps.example',
  'plain HTTP': 'http://maps.example',
  credentials: 'https://me:secret@maps.example',
  'a path': 'https://maps.example/v1',
  'a query': 'https://maps.example/?',
  'a fragment': 'https://maps.example/#x',
  'this machine, deployed': 'http://127.0.0.1:80',
  'this machine over https, deployed': 'https://localhost',
  'another scheme': 'file:///etc/passwd',
}
test.each(Object.entries(ORIGINS))('the origin must not be %s', (_name, origin) => {
  expect(() => check({ origin })).toThrow(TypeError)
  expect(() => check({ origin })).toThrow(/^upstream maps: /)
})

test('in a local run an upstream may be a fake on this machine, and nowhere else without TLS', () => {
  const local = (origin: string) =>
    check({}, { isEmulated: true, origins: new Map([['maps', origin]]) })
  expect(local('http://127.0.0.1:81').origin).toBe('http://127.0.0.1:81')
  expect(() => local('http://10.0.0.1')).toThrow(/must be https/)
})

const NEVER = {
  requestHeaders: [
    ...['connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade', 'proxy-authorization'],
    ...['cookie', 'authorization', 'signature', 'signature-input', 'x-api-key', 'content-digest'],
    ...['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'host', 'via', 'content-length'],
    ...[
      'x-firebase-appcheck',
      'approov-token',
      'x-http-method-override',
      'range',
      'X-Upper',
      'a b',
    ],
  ],
  responseHeaders: [
    ...['set-cookie', 'connection', 'strict-transport-security', 'access-control-allow-origin'],
    ...['location', 'cache-control', 'content-length', 'content-encoding', 'x-request-id', 'age'],
  ],
}
for (const [way, headers] of Object.entries(NEVER)) {
  test.each(headers)(`${way} must not have %s`, (name) => {
    expect(() => check({ [way]: [name] })).toThrow(/must not pass|not a header name/)
  })
}

const WRONG: Record<string, Partial<Upstream>> = {
  'a name in upper case': { name: 'Maps' },
  'a name with a slash': { name: 'a/b' },
  'no name': { name: '' },
  'no paths': { paths: [] },
  'a malformed template': { paths: [{ ...PATH, template: 'v1' }] },
  'no methods': { paths: [{ ...PATH, methods: [] }] },
  'an unknown method': { paths: [{ ...PATH, methods: ['TRACE' as 'GET'] }] },
  'a body of more than it can hold': { bodyBytesMax: 1e9 },
  'no limit': { limit: { quota: 0, windowSeconds: 60 } },
  'a deadline past the platform’s': { deadlines: { wholeMs: 30_000 } },
  'a deadline of nothing': { deadlines: { headersMs: 0 } },
  'a fixed header that also passes': { fixedHeaders: { 'X-A': '1' }, requestHeaders: ['x-a'] },
  'a fixed header with a line feed': { fixedHeaders: { 'X-A': 'a\nb' } },
  'a fixed credential': { fixedHeaders: { Authorization: 'Bearer x' } },
  'the app choosing the secret’s parameter': {
    secret: secretIn({ in: 'query', name: 'appid' }),
    paths: [{ ...PATH, query: ['AppId'] }],
  },
  'the app choosing the secret’s header': {
    secret: secretIn({ in: 'header', name: 'X-Key' }),
    requestHeaders: ['x-key'],
  },
  'a secret in a connection header': { secret: secretIn({ in: 'header', name: 'Connection' }) },
  'a username with a colon': { secret: secretIn({ in: 'basic', username: 'a:b' }) },
}
test.each(Object.entries(WRONG))('%s is a TypeError', (_name, change) => {
  expect(() => check(change)).toThrow(TypeError)
})

test('what is kept must be a GET, for a time, and whole', () => {
  const cache = { for: 'public', ttlSecondsMax: 60 } as const
  expect(checkPath({ cache }).paths[0]?.cache).toEqual(cache)
  expect(() => checkPath({ cache, methods: ['POST'] })).toThrow(/no GET/)
  expect(() => checkPath({ cache, streams: true })).toThrow(/both stream/)
  expect(() => checkPath({ cache: { ...cache, ttlSecondsMax: 0 } })).toThrow(/ttlSecondsMax/)
})

test('no name is there twice', () => {
  expect(() => checkUpstreams([GOOD, GOOD], DEPLOYED)).toThrow(/twice/)
})
