import { createHmac } from 'node:crypto'
import { parseServerTime, serverTimeText } from '../../../protocol/src/index.ts'
import { rowOf, seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf, keyWithId, type Key } from '../harness/key.ts'
import { ONCE, SCOPED, TEST_ROUTES } from '../harness/routes.ts'
import type { Received } from '../harness/send.ts'
import { newNonce, signed, type ToSign } from '../harness/signed.ts'

let database: TestDatabase
let instance: Instance

beforeAll(async () => {
  database = await startDatabase()
  instance = await startInstance(database, {}, TEST_ROUTES)
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

const PATH = '/api/installs/current'
const now = () => seconds(database.clock)
const call = async (more: Partial<ToSign> = {}, by = keyOf(0)): Promise<Received> =>
  instance.send(await signed(by, { created: now(), ...more }))
const once = { method: 'POST', target: ONCE }

test('a key that was made up under another master secret than its own is none', async () => {
  const { keyId, ...place } = keyOf(1)
  const forged = { ...place, ...keyWithId(keyId, 2), uid: place.uid, slot: place.slot }
  expect(await call({}, forged)).toMatchObject({
    status: 401,
    json: { code: 'invalid_credentials' },
  })
  expect((await call({}, keyOf(1))).status).toBe(200)
})

describe('freshness, to the second (threat T8)', () => {
  const WINDOW: [
    title: string,
    offset: number,
    expiresIn: number | undefined,
    accepted: boolean,
  ][] = [
    ['a day behind', -86_400, undefined, false],
    ['301 s behind', -301, undefined, false],
    ['300 s behind', -300, undefined, true],
    ['299 s behind', -299, undefined, true],
    ['on time', 0, undefined, true],
    ['30 s ahead', 30, undefined, true],
    ['31 s ahead', 31, undefined, false],
    ['a day ahead', 86_400, undefined, false],
    ['expiring now', -10, 0, true],
    ['expired a second ago', -10, -1, false],
    ['expiring after the window, which still ends it', -301, 600, false],
    ['expired before it was made', 0, -1, false],
  ]
  test.each(WINDOW)('%s', async (_title, offset, expiresIn, accepted) => {
    const expires = expiresIn === undefined ? {} : { expires: now() + expiresIn }
    const { status, json } = await call({ created: now() + offset, ...expires })
    expect([status, json['code']]).toEqual(accepted ? [200, undefined] : [401, 'clock_skew'])
  })

  test('the last millisecond of a second belongs to it', async () => {
    const created = now()
    const { ms } = database.clock
    database.clock.ms = (created + 300) * 1000 + 999
    expect((await call({ created })).status).toBe(200)
    database.clock.ms += 1
    expect((await call({ created })).status).toBe(401)
    database.clock.ms = ms
  })

  test('a skewed sender is told the time in a way that only the server could', async () => {
    const nonce = newNonce()
    const { headers, json } = await call({ created: now() - 86_400, nonce })
    const told = parseServerTime(String(headers['server-time']))
    const mac = createHmac('sha256', keyOf(0).secret).update(serverTimeText(now(), nonce)).digest()
    expect(told).toEqual({ unixSeconds: now(), mac: new Uint8Array(mac) })
    expect(json['serverTime']).toBe(now())
  })

  test('and with that time is accepted at its first retry', async () => {
    const deviceBehind = 86_400
    const refused = await call({ created: now() - deviceBehind })
    const offset = Number(refused.json['serverTime']) - (now() - deviceBehind)
    expect((await call({ created: now() - deviceBehind + offset })).status).toBe(200)
  })

  test('nobody else is told the time: not without a right signature, not when it was accepted', async () => {
    const stranger = { ...keyOf(0), secret: keyOf(1).secret }
    expect((await call({ created: 1 }, stranger)).headers).not.toHaveProperty('server-time')
    expect((await call()).headers).not.toHaveProperty('server-time')
  })

  test('a skewed request spends nothing: no nonce, no rate, no read', async () => {
    const nonce = newNonce()
    const before = Number(/r=(\d+)/.exec(String((await call()).headers['ratelimit']))?.[1])
    const spent = await database.count(async () => {
      expect((await call({ created: now() - 999, nonce })).json['code']).toBe('clock_skew')
    })
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
    const after = await call({ nonce })
    expect(after.status).toBe(200)
    expect(Number(/r=(\d+)/.exec(String(after.headers['ratelimit']))?.[1])).toBe(before - 1)
  })
})

describe('the state of a key is told only to its holder', () => {
  const STATES: [title: string, change: Record<string, unknown>, code: string | undefined][] = [
    ['active', {}, undefined],
    ['superseded', { status: 'superseded' }, 'key_superseded'],
    ['superseded, in its grace', { status: 'superseded', graceUntil: 1e15 }, undefined],
    ['superseded, its grace over', { status: 'superseded', graceUntil: 1 }, 'key_superseded'],
    ['suspended', { status: 'suspended' }, 'key_suspended'],
    ['revoked', { status: 'revoked' }, 'key_revoked'],
  ]
  test.each(STATES)('%s', async (_title, change, code) => {
    const key = seedKey(change)
    const { status, json } = await call({}, key)
    expect([status, json['code']]).toEqual(code === undefined ? [200, undefined] : [401, code])
    const stranger = { ...key, secret: keyOf(0).secret }
    expect((await call({}, stranger)).json['code']).toBe('invalid_credentials')
  })

  test('removed for good', async () => {
    expect((await call({}, keyOf(99_999))).json['code']).toBe('key_revoked')
  })

  test('grace ends at its very millisecond', async () => {
    const graceUntil = database.clock.ms + 1
    const key = seedKey({ status: 'superseded', graceUntil })
    expect((await call({}, key)).status).toBe(200)
    database.clock.ms = graceUntil
    expect((await call({}, key)).json['code']).toBe('key_superseded')
  })

  test('a key that is denied spends no nonce and no rate', async () => {
    const key = seedKey({ status: 'suspended' })
    const request = await signed(key, { ...once, created: now() })
    const spent = await database.count(async () => {
      for (let time = 0; time < 3; time += 1) {
        const { json, headers } = await instance.send(request)
        expect(json['code']).toBe('key_suspended')
        expect(headers).not.toHaveProperty('ratelimit')
      }
    })
    expect(spent.writes).toBe(0)
  })

  test('a key of an older master secret is as good as one of the newest', async () => {
    const older = keyOf(nextKey++, 1)
    const newer = keyOf(nextKey++, 2)
    seed(older, rowOf(older, database.clock, 1))
    seed(newer, rowOf(newer, database.clock, 2))
    expect((await call({}, older)).status).toBe(200)
    expect((await call({}, newer)).status).toBe(200)
  })
})

describe('scopes', () => {
  test('a key without the route’s scope is refused before anything is written', async () => {
    const spent = await database.count(async () => {
      const { status, json } = await call({ method: 'POST', target: SCOPED })
      expect([status, json['code']]).toEqual([403, 'scope_missing'])
    })
    expect(spent.writes).toBe(0)
  })
  test('a key with it passes', async () => {
    const key = seedKey({ scopes: { accounts: true, rare: true } })
    expect((await call({ method: 'POST', target: SCOPED }, key)).status).toBe(200)
  })
})

describe('what a request costs the database', () => {
  const warm = keyOf(1)
  test('the first of a key reads its record once, however many come at once', async () => {
    const key = seedKey({})
    await call({}, warm)
    const spent = await database.count(() =>
      Promise.all(Array.from({ length: 20 }, () => call({}, key))),
    )
    expect(spent).toEqual({ reads: 1, writes: 0, denied: 0 })
  })
  test('every further one reads nothing', async () => {
    await call({}, warm)
    const spent = await database.count(() =>
      Promise.all(Array.from({ length: 20 }, () => call({}, warm))),
    )
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
  })
  test('a durable nonce is one create, and no read', async () => {
    await call({}, warm)
    const spent = await database.count(() =>
      Promise.all(Array.from({ length: 5 }, () => call(once, warm))),
    )
    expect(spent).toEqual({ reads: 0, writes: 5, denied: 0 })
  })
  test('a removed key is looked for once', async () => {
    const removed = keyOf(88_888)
    const spent = await database.count(async () => {
      for (let time = 0; time < 3; time += 1) await call({}, removed)
    })
    expect(spent).toEqual({ reads: 1, writes: 0, denied: 0 })
  })
})

describe('the rate of an install', () => {
  test('is told with every accepted request', async () => {
    const { headers } = await call({}, seedKey({}))
    expect(headers).toMatchObject({
      'ratelimit-policy': '"install";q=120;w=60',
      ratelimit: '"install";r=119;t=1',
    })
  })
  test('over it: 429 with the time to wait, no durable nonce is spent, and other keys go on', async () => {
    const slow = await startInstance(database, { requestsPerMinutePerInstall: 2 }, TEST_ROUTES)
    const key = seedKey({})
    const at = async (by: Key) => slow.send(await signed(by, { ...once, created: now() }))
    expect((await at(key)).status).toBe(200)
    expect((await at(key)).status).toBe(200)
    const spent = await database.count(async () => {
      const { status, json, headers } = await at(key)
      expect([status, json['code']]).toEqual([429, 'rate_limited'])
      expect(headers).toMatchObject({ 'retry-after': '30', ratelimit: '"install";r=0;t=30' })
    })
    expect(spent.writes).toBe(0)
    expect((await at(seedKey({}))).status).toBe(200)
    database.clock.ms += 30_000
    expect((await at(key)).status).toBe(200)
    await slow.close()
  })
  test('is that of its place: the key that a rotation gives begins no rate of its own', async () => {
    const earlier = seedKey({ status: 'superseded', graceUntil: 1e15 })
    const { uid, slot } = earlier
    const next = seedKey({ uid, slot, place: `${uid}/${slot}` })
    expect((await call({}, earlier)).headers['ratelimit']).toBe('"install";r=119;t=1')
    expect((await call({}, next)).headers['ratelimit']).toBe('"install";r=118;t=1')
    // A device ID is no secret: whoever names another's under a UID of its own takes nothing from it.
    const namesake = seedKey({ uid: 'uid-of-another', slot, place: `uid-of-another/${slot}` })
    expect((await call({}, namesake)).headers['ratelimit']).toBe('"install";r=119;t=1')
  })
  test('a replay does not use up the rate of the one it was captured from', async () => {
    const key = seedKey({})
    const request = await signed(key, { created: now() })
    for (let time = 0; time < 30; time += 1) await instance.send(request)
    const { headers } = await call({}, key)
    expect(headers['ratelimit']).toBe('"install";r=118;t=1')
  })
})

test('when no more nonces can be remembered, requests wait rather than go unchecked', async () => {
  const full = await startInstance(database, { nonceMemoryMax: 2 })
  const at = async () => full.send(await signed(keyOf(2), { created: now() }))
  const first = await signed(keyOf(2), { created: now() })
  expect((await full.send(first)).status).toBe(200)
  expect((await at()).status).toBe(200)
  const { status, json, headers } = await at()
  expect([status, json['code'], headers['retry-after']]).toEqual([503, 'unavailable', '2'])
  expect((await full.send(first)).json['code']).toBe('replayed')
  // Once those are stale, there is room again.
  database.clock.ms += 400_000
  expect((await at()).status).toBe(200)
  await full.close()
})

test('a key far above its rate, or beyond its scopes, fills no memory that others need', async () => {
  const settings = { nonceMemoryMax: 6, requestsPerMinutePerInstall: 2 }
  const small = await startInstance(database, settings, TEST_ROUTES)
  const at = async (by: Key, what: Partial<ToSign> = {}) =>
    (await small.send(await signed(by, { created: now(), ...what }))).json['code']
  const scoped = { method: 'POST', target: SCOPED }
  const greedy = seedKey({})
  const codes: unknown[] = []
  for (let time = 0; time < 20; time += 1) codes.push(await at(greedy))
  expect(codes).toEqual([undefined, undefined, ...Array.from({ length: 18 }, () => 'rate_limited')])
  const probing = seedKey({ scopes: {} })
  for (let time = 0; time < 20; time += 1) expect(await at(probing, scoped)).toBe('scope_missing')
  for (let time = 0; time < 2; time += 1) expect(await at(seedKey({}))).toBeUndefined()
  await small.close()
})

test('the path is signed as the canonical one, by which it is also found', async () => {
  const withPrefix = await signed(keyOf(2), { created: now() })
  expect((await instance.send({ ...withPrefix, target: '/installs/current' })).status).toBe(200)
  const without = await signed(keyOf(2), { created: now(), target: '/installs/current' })
  expect((await instance.send({ ...without, target: PATH })).status).toBe(200)
})

let nextKey = 1000

/** A new key whose record differs from an active one in this. */
function seedKey(change: Record<string, unknown>): Key {
  const key = keyOf(nextKey++)
  seed(key, { ...rowOf(key, database.clock), ...change })
  return key
}

function seed(key: Key, row: object): void {
  database.seed('installs', { ...database.data()['installs'], [key.keyId]: row })
}
