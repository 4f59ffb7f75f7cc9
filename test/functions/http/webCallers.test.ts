import type { Upstream } from '../../../functions/src/gateway/upstream.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { message, sendRaw } from '../harness/sendRaw.ts'
import { signed } from '../harness/signed.ts'

// What browsers may do for other people's pages. The headers are those that browsers send, and that
// scripts in a page cannot change.

const LISTED = 'https://app.example.com'
const NATIVE = 'capacitor://localhost'
const FOREIGN = 'https://evil.example'

let database: TestDatabase
let instance: Instance
let strict: Instance

beforeAll(async () => {
  database = await startDatabase({ installs: 3 })
  const allowedOrigins = new Set([LISTED, NATIVE])
  instance = await startInstance(database, { allowedOrigins })
  strict = await startInstance(database, { allowedOrigins, requireRequestedWith: true })
})
afterAll(async () => {
  await instance.close()
  await strict.close()
  await database.close()
})

type Headers = Readonly<Record<string, string>>

const preflight = (origin: string, target = '/api/installs/current/rotate') =>
  instance.send({
    method: 'OPTIONS',
    target,
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-digest,signature,signature-input,x-api-key',
    },
  })
const health = (headers: Headers, method = 'GET') =>
  instance.send({ method, target: '/api/health', headers })
const corsHeadersOf = (headers: object) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

describe('a preflight', () => {
  test('of a listed origin is told what the contract uses, and no more', async () => {
    const { status, headers, text } = await preflight(LISTED)
    expect([status, text, headers['content-length']]).toEqual([204, '', '0'])
    expect(headers).toMatchObject({
      'access-control-allow-origin': LISTED,
      'access-control-allow-methods': 'GET,POST,DELETE',
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
    const allowed = String(headers['access-control-allow-headers']).split(',')
    for (const name of ['X-API-Key', 'Signature', 'Signature-Input', 'Content-Digest']) {
      expect(allowed).toContain(name)
    }
    expect(allowed).not.toContain('*')
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('costs nothing: neither a route, nor a limit, nor the database', async () => {
    const slow = await startInstance(database, {
      allowedOrigins: new Set([LISTED]),
      registrationsPerMinutePerIp: 1,
    })
    const spent = await database.count(async () => {
      for (let time = 0; time < 5; time += 1) {
        const { status } = await slow.send({
          method: 'OPTIONS',
          target: '/api/installs',
          headers: { Origin: LISTED, 'Access-Control-Request-Method': 'POST' },
        })
        expect(status).toBe(204)
      }
    })
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
    await slow.close()
  })

  test('of an origin in the list of nobody is refused, without a header that a browser would heed', async () => {
    for (const origin of [
      FOREIGN,
      'null',
      `${LISTED}.evil.example`,
      `${LISTED}:8443`,
      'http://app.example.com',
      'https://APP.example.com',
      `${LISTED}/`,
      `${LISTED}, ${FOREIGN}`,
      'https://sub.app.example.com',
    ]) {
      const { status, headers, json } = await preflight(origin)
      expect([origin, status, json['code']]).toEqual([origin, 403, 'origin_not_allowed'])
      expect(corsHeadersOf(headers)).toEqual([])
      expect(headers['vary']).toBe('Origin')
    }
  })

  test('is one only if it asks for a method: OPTIONS is no method of ours', async () => {
    expect((await health({ Origin: LISTED }, 'OPTIONS')).status).toBe(405)
    const asked = { 'Access-Control-Request-Method': 'POST' }
    expect((await health(asked, 'OPTIONS')).status).toBe(405)
  })
})

test('what an upstream’s declaration lets pass, a page may send and read, each name once', async () => {
  const upstreams: readonly Upstream[] = ['weather', 'payments'].map((name) => ({
    name,
    origin: `https://${name}.example`,
    requestHeaders: ['accept-language', 'idempotency-key', `x-${name}-trace`],
    responseHeaders: ['last-modified', `x-${name}-version`],
    paths: [{ methods: ['GET'], template: '/v1' }],
  }))
  const open = await startInstance(database, { allowedOrigins: new Set([LISTED]) }, [], upstreams)
  const origin = { Origin: LISTED }
  const asked = await open.send({
    method: 'OPTIONS',
    target: '/api/proxy/weather/v1',
    headers: { ...origin, 'Access-Control-Request-Method': 'GET' },
  })
  const names = (headers: Readonly<Record<string, unknown>>, name: string) =>
    String(headers[name]).toLowerCase().split(',')
  const allowed = names(asked.headers, 'access-control-allow-headers')
  expect(allowed).toEqual([...new Set(allowed)])
  expect(allowed).toEqual(
    expect.arrayContaining([
      'x-api-key',
      'cache-control',
      'accept-language',
      'idempotency-key',
      'x-weather-trace',
      'x-payments-trace',
    ]),
  )
  const { headers } = await open.send({ target: '/api/proxy/weather/v1', headers: origin })
  const exposed = names(headers, 'access-control-expose-headers')
  expect(exposed).toEqual([...new Set(exposed)])
  expect(exposed).toEqual(
    expect.arrayContaining(['age', 'last-modified', 'x-weather-version', 'x-payments-version']),
  )
  await open.close()
})

describe('an answer', () => {
  test('can be read by a page of a listed origin, errors as well', async () => {
    for (const origin of [LISTED, NATIVE]) {
      for (const target of ['/api/health', '/api/nothing', '/api/installs/current']) {
        const { headers } = await instance.send({ target, headers: { Origin: origin } })
        expect(headers['access-control-allow-origin']).toBe(origin)
        expect(headers['access-control-expose-headers']).toBe(
          'X-Request-Id,Server-Time,RateLimit,RateLimit-Policy,Retry-After,Date,Age,Cache-Status,Proxy-Status',
        )
        expect(headers['vary']).toBe('Origin')
        expect(headers).not.toHaveProperty('access-control-allow-credentials')
      }
    }
  })

  test('to a signed call of a listed origin is that of any other call', async () => {
    const request = await signed(keyOf(0), { created: Math.floor(database.clock.ms / 1000) })
    const headers = { ...request.headers, Origin: LISTED, 'Sec-Fetch-Site': 'cross-site' }
    const answer = await instance.send({ ...request, headers })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': LISTED,
      'ratelimit-policy': '"install";q=120;w=60',
      'cache-control': 'no-store',
    })
  })

  test('to what comes from no browser has none of these headers', async () => {
    const { status, headers } = await health({})
    expect([status, corsHeadersOf(headers)]).toEqual([200, []])
  })
})

const OWN = 'https://project.web.app'
const CASES: [title: string, method: string, headers: Headers, status: number][] = [
  ['a page of our own', 'GET', { Origin: OWN, 'Sec-Fetch-Site': 'same-origin' }, 200],
  ['a page of our own, without Origin', 'GET', { 'Sec-Fetch-Site': 'same-origin' }, 200],
  ['an address that was typed', 'GET', { 'Sec-Fetch-Site': 'none' }, 200],
  ['a link on another page', 'GET', { 'Sec-Fetch-Site': 'cross-site' }, 200],
  ['a form on another page', 'POST', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['a form of our domain', 'POST', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ['a form of our own', 'POST', { 'Sec-Fetch-Site': 'same-origin' }, 405],
  ['a script of another page', 'GET', { Origin: FOREIGN, 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['a script of our domain', 'GET', { Origin: FOREIGN, 'Sec-Fetch-Site': 'same-site' }, 403],
  ['an extension', 'GET', { Origin: 'chrome-extension://abc', 'Sec-Fetch-Site': 'none' }, 403],
  ['a sandboxed frame', 'GET', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['nobody, from our own page', 'GET', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, 403],
  // Browsers without Sec-Fetch-Site.
  ['an old browser on our own page', 'GET', { Origin: 'http://api.test', Host: 'api.test' }, 200],
  ['an old browser behind Hosting', 'GET', { Origin: OWN, 'X-Forwarded-Host': OWN.slice(8) }, 200],
  ['an old browser on another page', 'GET', { Origin: FOREIGN, Host: 'api.test' }, 403],
  ['an old browser on no page', 'GET', { Origin: 'null', Host: 'null' }, 403],
  ['a file', 'GET', { Origin: 'file://', Host: '' }, 403],
]
test.each(CASES)('%s (%s %j): %i', async (_title, method, headers, status) => {
  const answer = await health(headers, method)
  expect([answer.status, corsHeadersOf(answer.headers)]).toEqual([status, []])
})

test('two Origin headers are none of ours', async () => {
  const lines = ['GET /api/health HTTP/1.1', 'Host: x', `Origin: ${LISTED}`, `Origin: ${FOREIGN}`]
  expect(await sendRaw(instance.port, message(lines))).toEqual([403])
})

test('a refusal says in the log why, and nothing of what was sent', async () => {
  database.clock.ms += 10_000
  await health({ Origin: 'https://lk-canary.example' })
  expect(instance.events).toContainEqual(
    expect.objectContaining({ event: 'refused', code: 'origin_not_allowed', reason: 'origin' }),
  )
  expect(JSON.stringify(instance.events)).not.toContain('canary')
})

describe('REQUIRE_REQUESTED_WITH', () => {
  const knock = (headers: Headers, at = strict) =>
    at.send({
      method: 'POST',
      target: '/api/installs',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: '{}',
    })
  const reasonOf = (events: Instance['events']) => {
    const last = events.filter(({ event }) => event === 'refused').at(-1)
    return last?.event === 'refused' ? last.reason : undefined
  }

  test('demands it of browsers, with methods that change something', async () => {
    for (const browser of [{ Origin: LISTED }, { 'Sec-Fetch-Site': 'same-origin' }]) {
      database.clock.ms += 10_000
      expect((await knock(browser)).json['code']).toBe('invalid_request')
      expect(reasonOf(strict.events)).toBe('x-requested-with')
      await knock({ ...browser, 'X-Requested-With': 'Latchkey' })
      expect(reasonOf(strict.events)).not.toBe('x-requested-with')
    }
  })
  test('demands nothing of apps, of safe methods, or where it is not set', async () => {
    await knock({})
    expect(reasonOf(strict.events)).not.toBe('x-requested-with')
    const safe = { target: '/api/health', headers: { Origin: LISTED } }
    expect((await strict.send(safe)).status).toBe(200)
    await knock({ Origin: LISTED }, instance)
    expect(reasonOf(instance.events)).not.toBe('x-requested-with')
  })
})
