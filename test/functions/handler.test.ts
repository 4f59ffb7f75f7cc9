import { ERRORS, type ErrorCode } from '../../protocol/src/index.ts'
import { rowOf, seconds, startDatabase, type TestDatabase } from './harness/database.ts'
import { startFaultProxy } from './harness/faultProxy.ts'
import { startInstance, type Instance } from './harness/instance.ts'
import { keyOf } from './harness/key.ts'
import { FAILING, SCOPED, TEST_ROUTES } from './harness/routes.ts'
import type { Received } from './harness/send.ts'
import { message, sendRaw } from './harness/sendRaw.ts'
import { signed, type ToSign } from './harness/signed.ts'

let database: TestDatabase
let instance: Instance

beforeAll(async () => {
  database = await startDatabase({ installs: 20 })
  instance = await startInstance(database, {}, TEST_ROUTES)
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

const CURRENT = '/api/installs/current'
const json = { 'Content-Type': 'application/json' }
const call = async (n: number, more: Partial<ToSign> = {}, at = instance): Promise<Received> =>
  at.send(await signed(keyOf(n), { created: seconds(database.clock), ...more }))
const post = (target: string, body: string, headers: Record<string, string> = json) =>
  instance.send({ method: 'POST', target, body, headers })

/** Changes the record of the n-th key. */
function seedStatus(n: number, change: object): void {
  const key = keyOf(n)
  const row = { ...rowOf(key, database.clock), ...change }
  database.seed('installs', { ...database.data()['installs'], [key.keyId]: row })
}

/** One way to each error that this service can answer with. */
const ANSWERS: Partial<Record<ErrorCode, () => Promise<Received>>> = {
  invalid_request: () => post('/api/installs', '{}'),
  otp_rejected: () =>
    post('/api/installs', '{"deviceId":"device-0001","uid":"uid-0","otp":"00000000"}'),
  invalid_credentials: () => instance.send({ target: CURRENT }),
  clock_skew: () => call(0, { created: 1 }),
  replayed: async () => {
    const request = await signed(keyOf(0), { created: seconds(database.clock) })
    await instance.send(request)
    return instance.send(request)
  },
  key_revoked: () => (seedStatus(1, { status: 'revoked' }), call(1)),
  key_suspended: () => (seedStatus(2, { status: 'suspended' }), call(2)),
  key_superseded: () => (seedStatus(3, { status: 'superseded' }), call(3)),
  key_dormant: () => (seedStatus(4, { status: 'dormant' }), call(4)),
  origin_not_allowed: () =>
    instance.send({ target: CURRENT, headers: { Origin: 'https://elsewhere.example' } }),
  scope_missing: () => call(0, { method: 'POST', target: SCOPED }),
  not_found: () => instance.send({ target: '/api/nothing' }),
  method_not_allowed: () => instance.send({ method: 'PUT', target: '/api/health' }),
  conflict: () => {
    seedStatus(5, { status: 'superseded', graceUntil: 1e15 })
    return call(5, { method: 'POST', target: `${CURRENT}/rotate` })
  },
  payload_too_large: () => post('/api/installs', ' '.repeat(16_385)),
  unsupported_media_type: () => post('/api/installs', '{}', { 'Content-Type': 'text/plain' }),
  rate_limited: async () => {
    const slow = await startInstance(database, { registrationsPerMinutePerIp: 1 })
    const knock = { method: 'POST', target: '/api/installs', headers: json, body: '{}' }
    await slow.send(knock)
    const refused = await slow.send(knock)
    await slow.close()
    return refused
  },
  internal: () => instance.send({ target: FAILING }),
  unavailable: async () => {
    const full = await startInstance(database, { nonceMemoryMax: 1 })
    await call(0, {}, full)
    const refused = await call(0, {}, full)
    await full.close()
    return refused
  },
}

/** Of the protected endpoints (accounts/routes.test.ts), of encrypted bodies (encryption/service.test.ts), or of parts that are not there yet. */
const LATER: readonly ErrorCode[] = [
  'attestation_failed',
  'decryption_failed',
  'encryption_required',
  'idempotency_mismatch',
  'login_rejected',
  'sms_budget_exhausted',
  'upstream_failed',
  'upstream_timeout',
]

describe('errors', () => {
  test('every code of the table is either answered here or named as not yet used', () => {
    expect([...Object.keys(ANSWERS), ...LATER].sort()).toEqual(Object.keys(ERRORS).sort())
  })

  test.each(Object.entries(ANSWERS))('%s is a problem with the table’s text', async (code, ask) => {
    const { status, headers, json: problem } = await ask()
    const entry = ERRORS[code as ErrorCode]
    expect(status).toBe(entry.status)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(problem).toMatchObject({
      type: `/errors.html#${code}`,
      code,
      title: entry.title,
      status: entry.status,
      detail: entry.detail,
      requestId: headers['x-request-id'],
    })
    const MEMBERS = [
      'type',
      'title',
      'status',
      'detail',
      'code',
      'requestId',
      'errors',
      'serverTime',
    ]
    expect(MEMBERS).toEqual(expect.arrayContaining(Object.keys(problem)))
    expect(headers).toHaveProperty('date')
    expect(status === 429 || status === 503).toBe('retry-after' in headers)
  })

  test('a failure nobody foresaw says nothing in public, and in the log not what its message quotes', async () => {
    const { text } = await instance.send({ target: FAILING })
    expect(text).not.toContain('secret')
    const logged = instance.events.flatMap((event) => (event.event === 'failed' ? event.error : []))
    expect(logged[0]?.name).toBe('Error')
    expect(logged[0]?.frames[0]).toMatch(/^at .*routes\.ts/)
    expect(JSON.stringify(instance.events)).not.toContain('lk_v1_0123')
  })
})

describe('request IDs', () => {
  test('are new for every answer, and never the client’s', async () => {
    const ids = new Set<unknown>()
    for (let time = 0; time < 5; time += 1) {
      const sent = { 'X-Request-Id': 'mine' }
      const { headers } = await instance.send({ target: '/api/health', headers: sent })
      ids.add(headers['x-request-id'])
    }
    expect(ids.size).toBe(5)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })
  test('lead from an answer to its line in the log', async () => {
    database.clock.ms += 10_000
    const { headers } = await instance.send({ target: CURRENT })
    const line = { event: 'refused', requestId: headers['x-request-id'], route: CURRENT }
    expect(instance.events).toContainEqual(expect.objectContaining(line))
  })
})

describe('paths and methods', () => {
  const METHODS: [target: string, allow: string][] = [
    ['/api/health', 'GET'],
    ['/api/installs', 'POST'],
    [CURRENT, 'GET, DELETE'],
    [`${CURRENT}/rotate`, 'POST'],
  ]
  test.each(METHODS)('%s answers to %s, and tells so to other methods', async (target, allow) => {
    const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']
    for (const method of others.filter((other) => !allow.split(', ').includes(other))) {
      const { status, headers, text } = await instance.send({ method, target })
      expect([method, status, headers['allow']]).toEqual([method, 405, allow])
      expect(text === '').toBe(method === 'HEAD')
    }
  })

  const UNKNOWN = [
    '/',
    '/api',
    '/api/',
    '/apihealth',
    '/api/health/',
    '/api/Health',
    '/API/health',
    '/api/api/health',
    '/api/%68ealth',
    '/api/installs/current/rotate/x',
    '/favicon.ico',
    '/api/installs/currentx',
    '/__proto__',
    '/api/constructor',
  ]
  test.each(UNKNOWN)('%s is 404', async (target) => {
    expect((await instance.send({ target })).status).toBe(404)
  })

  const AMBIGUOUS = [
    '/api/../api/health',
    '/api/./health',
    '/api/health/.',
    '/api/health/..',
    '/api//health',
    '//api/health',
    '/api/health//',
    '/api/%2e/health',
    '/api/%2E%2e/api/health',
    '/api/.%2e/health',
    '/api%2fhealth',
    '/api%2Fhealth',
    '/api%5chealth',
    '/api\\health',
    '/api/health;a=b',
    '/api/health%3b',
    '/api/health%00',
    '/api/health%0d%0a',
    '/api/health%7f',
    '/api/health%',
    '/api/health%zz',
    '/api/health?',
    '/api/health#x',
    '/api/health?a=b#x',
    '/api/"health"',
    '/api/<health>',
    '/api/{health}',
    '/api/health|',
    '/api/^health',
    `/api/${'a'.repeat(2048)}`,
    `/api/health?${'a'.repeat(2048)}`,
  ]
  test.each(AMBIGUOUS)('%s is 400', async (target) => {
    const { status, json: problem } = await instance.send({ target })
    expect([status, problem['code']]).toEqual([400, 'invalid_request'])
  })
  test.each(['\0', '\x01', '\x7f', '\xe9', '\t'])('%j in a path is 400', async (character) => {
    const line = `GET /api/health${character} HTTP/1.1`
    expect(await sendRaw(instance.port, message([line, 'Host: x']))).toEqual([400])
  })

  test('health is answered without the database, with and without a query', async () => {
    const spent = await database.count(async () => {
      for (const target of ['/api/health', '/health', '/api/health?a=b']) {
        const { status, text } = await instance.send({ target })
        expect([status, text]).toEqual([200, '{"status":"ok"}'])
      }
    })
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
  })
})

describe('the open endpoint', () => {
  test('is limited by client address, each proxy-told address for itself', async () => {
    const slow = await startInstance(database, { registrationsPerMinutePerIp: 2 })
    const knock = (forwardedFor: string) =>
      slow.send({
        method: 'POST',
        target: '/api/installs',
        headers: { ...json, 'X-Forwarded-For': forwardedFor },
        body: '{}',
      })
    for (const expected of [400, 400, 429]) {
      // What stands further left is the client's own invention.
      const invented = `10.0.0.${expected % 7}`
      expect((await knock(`${invented}, 198.51.100.1`)).status).toBe(expected)
    }
    const { headers } = await knock('198.51.100.1')
    expect(headers).toMatchObject({
      'retry-after': '30',
      'ratelimit-policy': '"address";q=2;w=60',
      ratelimit: '"address";r=0;t=30',
    })
    expect((await knock('198.51.100.2')).status).toBe(400)
    await slow.close()
  })
  test('does not limit signed requests, whose address says little', async () => {
    const slow = await startInstance(database, { registrationsPerMinutePerIp: 1 })
    for (let time = 0; time < 3; time += 1) expect((await call(6, {}, slow)).status).toBe(200)
    await slow.close()
  })
})

describe('the use of a key', () => {
  const DAY_MS = 86_400_000
  const rowsOf = (n: number) => database.data()['installs']![keyOf(n).keyId]!

  /** The drop of the n-th key's install, as it lies before the app has fetched it. */
  function seedDrop(n: number, keyId: string): void {
    const { uid, slot, apiKey } = keyOf(n)
    const credential = { apiKey, hmacSecret: 'A'.repeat(43), keyId, issuedAt: database.clock.ms }
    database.seed('users', { [uid]: { [slot]: { credential } } })
  }

  test('its first accepted request removes its drop, in one write, and a refused one does not', async () => {
    seedStatus(7, { pickupBy: database.clock.ms + DAY_MS })
    seedDrop(7, keyOf(7).keyId)
    expect((await call(7, { created: 1 })).status).toBe(401)
    expect(database.data()).toHaveProperty('users')
    const first = await database.count(() => call(7))
    expect(first).toEqual({ reads: 1, writes: 1, denied: 0 })
    expect(database.data()).not.toHaveProperty('users')
    expect(rowsOf(7)).not.toHaveProperty('pickupBy')
    expect(await database.count(() => call(7))).toEqual({ reads: 0, writes: 0, denied: 0 })
  })

  test('a drop of another key in the slot stays', async () => {
    seedStatus(8, { pickupBy: database.clock.ms + DAY_MS })
    seedStatus(9, { pickupBy: database.clock.ms + DAY_MS })
    seedDrop(8, keyOf(9).keyId)
    const before = database.data()['users']
    expect((await call(8)).status).toBe(200)
    expect(database.data()['users']).toEqual(before)
  })

  test('is recorded once a day, however often it is used', async () => {
    const started = database.clock.ms
    seedStatus(10, {})
    expect((await call(10)).status).toBe(200)
    database.clock.ms = started + DAY_MS - 1
    const writes = async () => (await database.count(() => call(10))).writes
    expect(await writes()).toBe(0)
    database.clock.ms = started + DAY_MS
    expect(await writes()).toBe(1)
    expect(rowsOf(10)['lastUsedAt']).toBe(started + DAY_MS)
    for (let time = 0; time < 3; time += 1) expect(await writes()).toBe(0)
  })

  test('of many at once, one is written', async () => {
    expect((await call(11)).status).toBe(200)
    database.clock.ms += DAY_MS
    const spent = await database.count(() =>
      Promise.all(Array.from({ length: 10 }, () => call(11))),
    )
    expect(spent.writes).toBe(1)
  })
})

test('a UID that was given its keys of the day is told to wait', async () => {
  const key = keyOf(13)
  const day = Math.floor(database.clock.ms / 86_400_000)
  database.seed('limits', { keys: { [String(day)]: { [key.uid]: 50 } } })
  const refused = await call(13, { method: 'POST', target: `${CURRENT}/rotate` })
  expect([refused.status, refused.json['code']]).toEqual([429, 'rate_limited'])
  expect(refused.headers['retry-after']).toBe('3600')
  expect((await call(13)).status).toBe(200)
})

test('a request ends before 10 s, however long each of its operations may wait', async () => {
  const proxy = await startFaultProxy(database.rtdb.port)
  const rtdb = { ...database.rtdb, url: `http://${proxy.host}` }
  const patient = await startInstance(
    { rtdb, clock: database.clock },
    { databaseDeadlineMs: 12_000 },
  )
  // Its record is in memory from here on.
  expect((await call(12, {}, patient)).status).toBe(200)
  await proxy.inflict('silent')
  const startedAt = performance.now()
  const refused = await call(12, { method: 'POST', target: `${CURRENT}/rotate` }, patient)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(refused).toMatchObject({ status: 503, json: { code: 'unavailable' } })
  expect(refused.headers['retry-after']).toBe('2')
  // What is in memory is served meanwhile, and what comes too late is told to nobody.
  expect((await call(12, {}, patient)).status).toBe(200)
  await proxy.inflict('none')
  await patient.close()
  await proxy.close()
}, 45_000)
