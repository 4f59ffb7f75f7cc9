import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { keyOf } from '../harness/key.ts'
import { newNonce, signed } from '../harness/signed.ts'
import { seconds } from '../harness/database.ts'
import type { Upstream } from '../../../functions/src/gateway/upstream.ts'
import {
  SECRET,
  secretIn,
  startBehindGateway,
  type BehindGateway,
} from './harness/behindGateway.ts'
import { startFakeUpstream, type FakeUpstream, type Seen } from './harness/fakeUpstream.ts'

/** By path; what is not here answers like any API. */
const answers: Record<string, (res: ServerResponse) => void> = {}
let api: FakeUpstream
let behind: BehindGateway

beforeAll(async () => {
  api = await startFakeUpstream((res, seen) => {
    const answer = answers[seen.url.split('?')[0]!]
    if (answer !== undefined) return answer(res)
    res.writeHead(200, { 'content-type': 'application/json', 'x-total': '7', server: 'secret/1.0' })
    res.end(JSON.stringify({ ok: true }))
  })
  const { origin } = api
  const inHeader = secretIn({ in: 'header', name: 'Authorization', prefix: 'Bearer ' })
  const upstreams: Upstream[] = [
    {
      name: 'bearer',
      origin,
      secret: inHeader,
      requestHeaders: ['accept-language', 'idempotency-key'],
      responseHeaders: ['x-total'],
      fixedHeaders: { 'api-version': '7' },
      bodyBytesMax: 100_000,
      limit: { quota: 1000, windowSeconds: 60 },
      paths: [
        { methods: ['GET', 'HEAD'], template: '/v1/{id}', query: ['units', 'q'] },
        { methods: ['POST', 'PUT'], template: '/v1/charges' },
        { methods: ['GET'], template: '/events' },
      ],
    },
    {
      name: 'query',
      origin,
      secret: secretIn({ in: 'query', name: 'appid' }),
      paths: [{ methods: ['GET'], template: '/v1/{id}', query: ['units'] }],
    },
    {
      name: 'basic',
      origin,
      secret: secretIn({ in: 'basic', username: 'me' }),
      paths: [{ methods: ['GET'], template: '/v1/{id}' }],
    },
    {
      name: 'limited',
      origin,
      limit: { quota: 2, windowSeconds: 60 },
      paths: [{ methods: ['GET'], template: '/v1/{id}' }],
    },
    {
      name: 'keyless',
      origin,
      secret: { param: { name: 'X', value: () => '' }, goes: { in: 'query', name: 'k' } },
      paths: [{ methods: ['GET'], template: '/v1/{id}' }],
    },
  ]
  behind = await startBehindGateway(upstreams)
})
afterAll(async () => {
  await behind.close()
  await api.close()
})

const last = (): Seen => api.seen.at(-1)!
const sent = (name: string) =>
  last()
    .headers.filter(([each]) => each === name)
    .map(([, value]) => value)

test('an answer passes, with what is declared and what every answer of ours has', async () => {
  const { status, headers, json } = await behind.call('/api/proxy/bearer/v1/a?units=metric')
  expect([status, json]).toEqual([200, { ok: true }])
  expect(last()).toMatchObject({ method: 'GET', url: '/v1/a?units=metric' })
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-total': '7',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': '11',
  })
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(headers['server']).toBeUndefined()
})

test('both limits are told: that of the key, and that of the upstream', async () => {
  const { headers } = await behind.call('/api/proxy/bearer/v1/a')
  expect(headers['ratelimit-policy']).toMatch(/^"install";q=1000000;w=60, "bearer";q=1000;w=60$/)
  expect(headers['ratelimit']).toMatch(/^"install";r=\d+;t=\d+, "bearer";r=\d+;t=\d+$/)
})

test('nothing of the way, of a connection or of a credential reaches the upstream', async () => {
  await behind.call(
    '/api/proxy/bearer/v1/a',
    {},
    {
      Cookie: 'session=1',
      Authorization: 'Bearer of-the-app',
      'Proxy-Authorization': 'Basic eA==',
      'X-Forwarded-For': '1.2.3.4',
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'for=1.2.3.4',
      Via: '1.1 evil',
      TE: 'trailers',
      'X-Firebase-AppCheck': 'token',
      'X-Anything': 'else',
      'Accept-Language': 'de',
      'Accept-Encoding': 'gzip',
      Accept: 'application/json',
      'User-Agent': 'app/1',
    },
  )
  const { host } = new URL(api.origin)
  expect(last().headers.filter(([name]) => name !== 'connection')).toEqual([
    ['host', host],
    ['accept-encoding', 'identity'],
    ['via', '1.1 latchkey'],
    ['accept', 'application/json'],
    ['accept-language', 'de'],
    ['api-version', '7'],
    ['user-agent', 'latchkey'],
    ['authorization', `Bearer ${SECRET}`],
  ])
})

test('a header that Connection names is for one connection, whatever is declared', async () => {
  await behind.call(
    '/api/proxy/bearer/v1/a',
    {},
    {
      Connection: 'close, Accept-Language',
      'Accept-Language': 'de',
    },
  )
  expect(sent('accept-language')).toEqual([])
})

test('the verified bytes of a body go on, under their signed type', async () => {
  const body = Buffer.from(Array.from({ length: 50_000 }, (_, i) => 33 + (i % 90)))
  const more = { method: 'POST', body, contentType: 'text/x-notes; charset=utf-8' }
  const { status } = await behind.call('/api/proxy/bearer/v1/charges', more, {
    'Idempotency-Key': 'k1',
  })
  expect(status).toBe(200)
  expect(last().body).toBe(body.toString())
  expect([sent('content-type'), sent('content-length'), sent('idempotency-key')]).toEqual([
    ['text/x-notes; charset=utf-8'],
    ['50000'],
    ['k1'],
  ])
})

test('a body is as large as is declared, and no larger', async () => {
  const post = (bytes: number) =>
    behind.call('/api/proxy/bearer/v1/charges', { method: 'POST', body: 'x'.repeat(bytes) })
  expect((await post(100_000)).status).toBe(200)
  expect((await post(100_001)).json).toMatchObject({ status: 413, code: 'payload_too_large' })
})

test('a secret in the query is the last parameter', async () => {
  await behind.call('/api/proxy/query/v1/a?units=metric')
  expect(last().url).toBe(`/v1/a?units=metric&appid=${SECRET}`)
  await behind.call('/api/proxy/query/v1/a')
  expect(last().url).toBe(`/v1/a?appid=${SECRET}`)
})

test('a secret as Basic', async () => {
  await behind.call('/api/proxy/basic/v1/a')
  expect(sent('authorization')).toEqual([`Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`])
})

test('HEAD has the head of a GET and no body', async () => {
  const { status, headers, text } = await behind.call('/api/proxy/bearer/v1/a', { method: 'HEAD' })
  expect([status, text, headers['x-total']]).toEqual([200, '', '7'])
  expect(last().method).toBe('HEAD')
})

test.each([
  ['an upstream that is not declared', '/api/proxy/other/v1/a', 'GET', 404, 'not_found'],
  ['no upstream', '/api/proxy/', 'GET', 404, 'not_found'],
  ['an upstream and nothing more', '/api/proxy/bearer', 'GET', 404, 'not_found'],
  ['its root', '/api/proxy/bearer/', 'GET', 404, 'not_found'],
  ['a path that no template fits', '/api/proxy/bearer/v2/a', 'GET', 404, 'not_found'],
  ['a method of another upstream', '/api/proxy/query/v1/a', 'POST', 405, 'method_not_allowed'],
  ['a method of another template', '/api/proxy/bearer/v1/a', 'POST', 405, 'method_not_allowed'],
  ['a query that is not declared', '/api/proxy/bearer/v1/a?debug=1', 'GET', 400, 'invalid_request'],
  ['the secret’s own parameter', '/api/proxy/query/v1/a?appid=x', 'GET', 400, 'invalid_request'],
  ['an unusable secret', '/api/proxy/keyless/v1/a', 'GET', 500, 'internal'],
])('%s', async (_name, target, method, status, code) => {
  const before = api.seen.length
  const answer = await behind.call(target, { method })
  expect(answer.json).toMatchObject({ status, code })
  expect(api.seen.length).toBe(before)
})

test('a GET with a body is not passed on', async () => {
  const headers = { 'Content-Length': '2' }
  const { json } = await behind.call('/api/proxy/bearer/v1/a', { body: '{}' }, headers)
  expect(json).toMatchObject({ code: 'invalid_request' })
})

test('the guard comes first: unsigned, of another scope, replayed, for good where it changes anything', async () => {
  const { instance, database } = behind
  const target = '/api/proxy/bearer/v1/a'
  expect((await instance.send({ target })).json).toMatchObject({ code: 'invalid_credentials' })
  expect(
    (
      await instance.send({
        target: '/api/proxy/bearer/nothing',
        headers: { Upgrade: 'websocket' },
      })
    ).json,
  ).toMatchObject({ code: 'invalid_credentials' })

  const once = { target, nonce: newNonce() }
  expect((await behind.call(target, once)).status).toBe(200)
  expect((await behind.call(target, once)).json).toMatchObject({ code: 'replayed' })

  const post = { method: 'POST', body: '{}' }
  const charge = () => behind.call('/api/proxy/bearer/v1/charges', post)
  expect(await database.count(charge)).toEqual({ reads: 0, writes: 1, denied: 0 })
})

test('a key without the scope gets 403, and the upstream nothing', async () => {
  const { database, instance } = behind
  const key = keyOf(7)
  const row = database.data()['installs']![key.keyId]
  database.seed('installs', {
    ...database.data()['installs'],
    [key.keyId]: { ...row, scopes: { 'proxy:query': true } },
  })
  const target = '/api/proxy/bearer/v1/a'
  const before = api.seen.length
  const refused = await instance.send(
    await signed(key, { target, created: seconds(database.clock) }),
  )
  expect(refused.json).toMatchObject({ status: 403, code: 'scope_missing' })
  expect(api.seen.length).toBe(before)
})

test('each install has calls of its own', async () => {
  const call = (n: number) => behind.call('/api/proxy/limited/v1/a', {}, {}, n)
  expect([(await call(0)).status, (await call(0)).status]).toEqual([200, 200])
  const refused = await call(0)
  expect(refused.json).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(refused.headers).toMatchObject({
    'retry-after': '30',
    'ratelimit-policy': '"limited";q=2;w=60',
  })
  expect((await call(1)).status).toBe(200)
})

test('an upgrade is refused with words, not with a connection that hangs', async () => {
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
  const before = api.seen.length
  const { json } = await behind.call('/api/proxy/bearer/v1/a', {}, headers)
  expect(json).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(json['errors']).toEqual([
    { pointer: '#', detail: expect.stringMatching(/WebSocket does not pass/) as string },
  ])
  expect(api.seen.length).toBe(before)
})

describe('statuses', () => {
  const withStatus = async (status: number, headers: Record<string, string> = {}, body = '') => {
    answers['/v1/status'] = (res) => void res.writeHead(status, headers).end(body)
    return behind.call('/api/proxy/bearer/v1/status')
  }
  test.each([200, 201, 202, 400, 403, 404, 409, 422, 500, 503])(
    '%d passes as it is',
    async (status) => {
      const answer = await withStatus(status, { 'content-type': 'text/plain' }, 'words')
      expect([answer.status, answer.text]).toEqual([status, 'words'])
    },
  )
  test('204 passes without content', async () => {
    const { status, text, headers } = await withStatus(204)
    expect([status, text, headers['content-length']]).toEqual([204, '', undefined])
  })
  test('429 passes, with when to come back', async () => {
    const { status, headers } = await withStatus(429, { 'retry-after': '9' })
    expect([status, headers['retry-after']]).toEqual([429, '9'])
  })
  test.each([301, 302, 303, 304, 307, 308])('%d is not followed, nor told', async (status) => {
    const before = api.seen.length
    const answer = await withStatus(status, { location: '/v1/elsewhere' })
    expect(answer.json).toMatchObject({ status: 502, code: 'upstream_failed' })
    expect(answer.headers['location']).toBeUndefined()
    expect(answer.headers['proxy-status']).toBe('latchkey; error=proxy_internal_response')
    expect(api.seen.length).toBe(before + 1)
  })
  test.each([401, 407])('%d: our own credential is not the app’s concern', async (status) => {
    const answer = await withStatus(status, { 'www-authenticate': 'Bearer' }, 'bad token')
    expect(answer.json).toMatchObject({ status: 502, code: 'upstream_failed' })
    expect(answer.headers['www-authenticate']).toBeUndefined()
  })
})

describe('headers of the answer', () => {
  test('nothing passes that is not declared: no cookie, no CORS, no HSTS, no hop', async () => {
    answers['/v1/headers'] = (res) => {
      res.writeHead(200, {
        'set-cookie': ['a=1', 'b=2'],
        'access-control-allow-origin': '*',
        'strict-transport-security': 'max-age=1',
        'cache-control': 'public, max-age=600',
        'x-request-id': 'theirs',
        'content-security-policy': 'default-src *',
        'keep-alive': 'timeout=1',
        connection: 'x-total, keep-alive',
        'x-total': '7',
        'content-type': 'text/html',
      })
      res.end('<p>')
    }
    const { headers } = await behind.call('/api/proxy/bearer/v1/headers')
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['strict-transport-security']).not.toBe('max-age=1')
    expect(headers['content-security-policy']).not.toBe('default-src *')
    expect(headers['content-type']).toBe('text/html')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-request-id']).not.toBe('theirs')
    expect(headers['x-total']).toBeUndefined()
  })
})

describe('the secret never comes back (T23)', () => {
  test.each([
    ['in a body', (res: ServerResponse) => res.end(`{"error":"bad key ${SECRET}"}`)],
    ['in a header', (res: ServerResponse) => res.writeHead(200, { 'x-total': SECRET }).end()],
    [
      'in two parts',
      (res: ServerResponse) => {
        res.write(SECRET.slice(0, 9))
        setImmediate(() => res.end(SECRET.slice(9)))
      },
    ],
  ])('%s', async (_name, answer) => {
    answers['/v1/echo'] = (res) => void answer(res)
    const received = await behind.call('/api/proxy/bearer/v1/echo')
    expect(received.json).toMatchObject({ status: 502, code: 'upstream_failed' })
    expect(received.text + JSON.stringify(received.headers)).not.toContain(SECRET)
    expect(JSON.stringify(behind.instance.events)).not.toContain(SECRET)
  })
})

describe('server-sent events', () => {
  test('each passes as it comes, long before the last', async () => {
    let finish = () => undefined as void
    answers['/events'] = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: 1\n\n')
      finish = () => void res.end('data: 2\n\n')
    }
    const { database, instance } = behind
    const target = '/api/proxy/bearer/events'
    const { headers } = await signed(keyOf(0), { target, created: seconds(database.clock) })
    const socket = connect(instance.port, '127.0.0.1').setEncoding('utf8')
    const lines = Object.entries({ ...headers, Host: 'x', Connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    socket.write([`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
    let text = ''
    for await (const part of socket) {
      text += String(part)
      if (text.includes('data: 1') && !text.includes('data: 2')) finish()
    }
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).toMatch(/\r\nContent-Type: text\/event-stream\r\n/)
    expect(text).toMatch(/data: 1\n\n[^]*data: 2\n\n[^]*\r\n0\r\n\r\n$/)
  })

  test('an app that leaves ends the upstream’s work as well', async () => {
    const left = new Promise<void>((resolve) => {
      answers['/events'] = (res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' })
        res.write('data: 1\n\n')
        res.once('close', () => resolve())
      }
    })
    const { database, instance } = behind
    const target = '/api/proxy/bearer/events'
    const { headers } = await signed(keyOf(0), { target, created: seconds(database.clock) })
    const controller = new AbortController()
    const response = await fetch(`http://127.0.0.1:${instance.port}${target}`, {
      headers,
      signal: controller.signal,
    })
    await response.body!.getReader().read()
    controller.abort()
    await left
  })
})
