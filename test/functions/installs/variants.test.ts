import { parseApiKey } from '../../../protocol/src/index.ts'
import type { Config } from '../../../functions/src/config.ts'
import { ISSUANCES, SHARED_KEY_ID, type Issuance } from '../../../functions/src/issuance.ts'
import { slotOf } from '../../../functions/src/installs/slot.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyWithId, type Key } from '../harness/key.ts'
import { TEST_ROUTES, SCOPED } from '../harness/routes.ts'
import { signed } from '../harness/signed.ts'
import { activeKeysOf, faultsOf } from './harness/faults.ts'

// Each variant is a service of its own on the one database. test/e2e/variants.test.ts has them with Auth.

let base: TestDatabase
let services: Readonly<Record<Issuance, Instance>>

const startVariant = (issuance: Issuance, settings: Partial<Config> = {}): Promise<Instance> =>
  startInstance(
    base,
    {
      issuance,
      checkUidExists: false,
      registrationsPerMinutePerIp: 1_000_000,
      requestsPerMinutePerInstall: 40,
      ...settings,
    },
    TEST_ROUTES,
  )

beforeAll(async () => {
  base = await startDatabase({ installs: 0 })
  const started = await Promise.all(ISSUANCES.map((issuance) => startVariant(issuance)))
  services = Object.fromEntries(ISSUANCES.map((name, n) => [name, started[n]!])) as typeof services
})
afterAll(async () => {
  for (const service of Object.values(services)) await service.close()
  await base.close()
})

const DEVICE = 'device-1'
let uids = 0
const newUid = () => `uid-${(uids += 1)}`
const placeOf = (uid: string) => ({ uid, slot: slotOf(DEVICE) })

const post = (by: Instance, uid: string, otp?: string) =>
  by.send({
    method: 'POST',
    target: '/api/installs',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ deviceId: DEVICE, uid, otp }),
  })

const slotAt = (uid: string) =>
  (base.data()['users']?.[uid]?.[slotOf(DEVICE)] ?? {}) as unknown as {
    otp?: { code: string }
    credential?: { apiKey: string; hmacSecret: string; keyId: string }
  }

/** The key that waits for the app, as it is dropped. */
function waiting(uid: string): Key {
  const { apiKey, hmacSecret, keyId } = slotAt(uid).credential!
  const key = keyWithId(keyId, parseApiKey(apiKey)!.masterVersion)
  expect([key.apiKey, key.secret.toString('base64url')]).toEqual([apiKey, hmacSecret])
  return { ...key, ...placeOf(uid) }
}

async function register(issuance: Issuance, uid: string): Promise<Key> {
  const by = services[issuance]
  expect((await post(by, uid)).status).toBe(200)
  if (issuance === 'challenge') await post(by, uid, slotAt(uid).otp!.code)
  return waiting(uid)
}

const use = async (by: Instance, key: Key, method = 'GET', target = '/api/installs/current') =>
  by.send(await signed(key, { created: seconds(base.clock), method, target }))

describe('direct', () => {
  const answered = (uid: string) => ({
    drop: 'credential',
    path: `users/${uid}/${slotOf(DEVICE)}/credential`,
    databaseUrl: expect.any(String) as string,
  })

  test('drops a key that works, for 2 reads and 2 writes, and leaves no code behind', async () => {
    const uid = newUid()
    let answer
    const spent = await base.count(async () => (answer = await post(services.direct, uid)))
    expect(answer).toMatchObject({ status: 200, json: answered(uid) })
    expect(spent).toEqual({ reads: 2, writes: 2, denied: 0 })
    expect(slotAt(uid).otp).toBeUndefined()
    const key = waiting(uid)
    expect((await use(services.direct, key)).status).toBe(200)
    expect(slotAt(uid)).toEqual({})
    expect(faultsOf(base.data())).toEqual([])
  })

  test('changes nothing for a place that has a key, and answers the same', async () => {
    const uid = newUid()
    const key = await register('direct', uid)
    for (const isCollected of [false, true]) {
      if (isCollected) await use(services.direct, key)
      base.clock.ms += 61_000
      const before = base.data()
      const spent = await base.count(async () => {
        const { status, json } = await post(services.direct, uid)
        expect([status, json]).toEqual([200, answered(uid)])
      })
      expect(spent).toEqual({ reads: 1, writes: 0, denied: 0 })
      expect(base.data()).toEqual(before)
    }
  })

  test('gives one key to 50 calls at once, by two instances', async () => {
    const other = await startVariant('direct')
    for (let round = 0; round < 5; round += 1) {
      const uid = newUid()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => post(n % 2 ? other : services.direct, uid)),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(activeKeysOf(base.data(), placeOf(uid))).toEqual([waiting(uid).keyId])
      const all = Object.values(base.data()['installs']!).filter(
        (row) => (row['uid'] as unknown) === uid,
      )
      expect(all).toHaveLength(1)
    }
    await other.close()
  })

  test('issues again once the key is revoked; not while it is suspended', async () => {
    const uid = newUid()
    const key = await register('direct', uid)
    base.seed('installs', {
      ...base.data()['installs'],
      [key.keyId]: { ...base.data()['installs']![key.keyId], status: 'suspended' },
    })
    base.clock.ms += 61_000
    await post(services.direct, uid)
    expect(waiting(uid).keyId).toBe(key.keyId)
    base.seed('installs', {
      ...base.data()['installs'],
      [key.keyId]: { ...base.data()['installs']![key.keyId], status: 'active' },
    })
    expect((await use(services.challenge, key, 'DELETE')).status).toBe(200)
    const next = await register('direct', uid)
    expect(next.keyId).not.toBe(key.keyId)
    expect((await use(services.direct, next)).status).toBe(200)
  })
})

describe('static', () => {
  test('drops the one key at any place; its record is made once', async () => {
    const [one, other] = [newUid(), newUid()]
    const keys = [await register('static', one), await register('static', other)]
    expect(keys.map(({ keyId }) => keyId)).toEqual([SHARED_KEY_ID, SHARED_KEY_ID])
    for (const key of keys) expect((await use(services.static, key)).status).toBe(200)
    // Others still wait for it.
    expect(waiting(one).keyId).toBe(SHARED_KEY_ID)
    const spent = await base.count(() => post(services.static, newUid()))
    expect(spent).toEqual({ reads: 0, writes: 1, denied: 0 })
  })

  test('is rated, and remembers nonces, for all who have it together', async () => {
    const own = await startVariant('static')
    const [one, other] = [await register('static', newUid()), await register('static', newUid())]
    const request = await signed(one, { created: seconds(base.clock) })
    expect((await own.send(request)).status).toBe(200)
    expect((await own.send(request)).json).toMatchObject({ code: 'replayed' })
    for (let n = 1; n < 40; n += 1) await use(own, one)
    expect((await use(own, other)).json).toMatchObject({ code: 'rate_limited' })
    expect((await use(own, await register('direct', newUid()))).status).toBe(200)
    await own.close()
  })

  test('its scopes are checked like any others', async () => {
    const key = await register('static', newUid())
    base.clock.ms += 61_000
    expect((await use(services.static, key, 'POST', SCOPED)).json).toMatchObject({
      code: 'scope_missing',
    })
  })

  test('nobody who has it can replace it', async () => {
    const key = await register('static', newUid())
    const rotated = await use(services.static, key, 'POST', '/api/installs/current/rotate')
    expect(rotated.json).toMatchObject({ code: 'conflict' })
    expect((await use(services.static, key)).status).toBe(200)
  })
})

test.each(['direct', 'static'] as const)('%s has no second step', async (issuance) => {
  const before = base.data()
  const { status, json } = await post(services[issuance], newUid(), '12345678')
  expect([status, json['code']]).toEqual([400, 'invalid_request'])
  expect(json['errors']).toEqual([expect.objectContaining({ pointer: '#/otp' })])
  expect(base.data()).toEqual(before)
})

describe('a change of the variant', () => {
  const CHANGES = ISSUANCES.flatMap((from) =>
    ISSUANCES.filter((to) => to !== from).map((to) => [from, to] as const),
  )

  test.each(CHANGES)('from %s to %s breaks no key, and the next is issued', async (from, to) => {
    const uid = newUid()
    const key = await register(from, uid)
    expect((await use(services[to], key)).status).toBe(200)
    base.clock.ms += 61_000
    // A place that has a key of its own keeps it under direct; else there is a new one.
    if (from === 'challenge' && to === 'direct') {
      expect((await post(services[to], uid)).status).toBe(200)
      expect(slotAt(uid)).toEqual({})
    } else {
      const next = await register(to, uid)
      expect(next.keyId).not.toBe(key.keyId)
      expect((await use(services[to], next)).status).toBe(200)
    }
    const isReplaced = from === 'direct' && to === 'challenge'
    expect((await use(services[to], key)).status).toBe(isReplaced ? 401 : 200)
  })

  test('while a drop of its own waits, the shared key stays away from a place', async () => {
    const uid = newUid()
    const key = await register('challenge', uid)
    expect((await post(services.static, uid)).status).toBe(200)
    expect(waiting(uid).keyId).toBe(key.keyId)
  })
})

test('the shared key is revoked like any other: for all, and not dropped again', async () => {
  const [one, other] = [await register('static', newUid()), await register('static', newUid())]
  base.clock.ms += 61_000
  expect((await use(services.static, one, 'DELETE')).status).toBe(200)
  expect((await use(services.static, other)).json).toMatchObject({ code: 'key_revoked' })
  const uid = newUid()
  expect((await post(services.static, uid)).status).toBe(200)
  expect(slotAt(uid)).toEqual({})
  // Ordinary issuing goes on over the drops that are left.
  expect((await use(services.challenge, await register('challenge', one.uid))).status).toBe(200)
})
