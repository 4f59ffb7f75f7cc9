import { setTimeout as sleep } from 'node:timers/promises'
import { parseApiKey } from '../../protocol/src/index.ts'
import { dayOf } from '../../functions/src/installs/store.ts'
import { makeShardMap, withShard } from '../../functions/src/shards.ts'
import { slotOf } from '../../functions/src/installs/slot.ts'
import { NAMESPACE, newClock, rowOf, seconds, startDatabase } from './harness/database.ts'
import type { TestDatabase, Tree } from './harness/database.ts'
import { countFor } from './behaviour/harness/seed.ts'
import { startFaultProxy, type FaultProxy } from './harness/faultProxy.ts'
import { startInstance, type Instance } from './harness/instance.ts'
import { keyOf, keyWithId, type Key } from './harness/key.ts'
import { signed } from './harness/signed.ts'
import { keyring } from './installs/harness/backend.ts'

// Three databases, each a server of its own behind a fault proxy of its own; then a fourth. Real time.
jest.setTimeout(60_000)

const DEVICE = 'device-1'
const SLOT = slotOf(DEVICE)

interface Shard {
  readonly base: TestDatabase
  readonly proxy: FaultProxy
  readonly url: string
}

const clock = newClock()
const shards: Shard[] = []
let instance: Instance

beforeAll(async () => {
  for (let n = 0; n < 4; n += 1) {
    const base = await startDatabase({ installs: 0, clock })
    const proxy = await startFaultProxy(base.rtdb.port)
    shards.push({ base, proxy, url: `http://${proxy.host}?ns=${NAMESPACE}` })
  }
  instance = await startOn(3)
})
afterAll(async () => {
  await instance.close()
  for (const { base, proxy } of shards) {
    await proxy.close()
    await base.close()
  }
})

const urlsOf = (count: number): string[] => shards.slice(0, count).map(({ url }) => url)

/** An instance on the first `count` databases, each of which it has been connected to. */
async function startOn(count: number, settings = {}): Promise<Instance> {
  const started = await startInstance(shards[0]!.base, {
    databaseUrls: urlsOf(count),
    databaseUrl: shards[0]!.url,
    checkUidExists: false,
    databaseDeadlineMs: 400,
    registrationsPerMinutePerIp: 1_000_000,
    ...settings,
  })
  for (let n = 0; n < count; n += 1) {
    // The SDK reads the host from the environment when it opens a database: here they have several.
    process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = shards[n]!.proxy.host
    await use(keyWithId(withShard(keyOf(n).keyId, n)), started)
  }
  return started
}

const use = async (key: Key, by = instance, method = 'GET', path = '') =>
  by.send(
    await signed(key, {
      created: seconds(clock),
      method,
      target: `/api/installs/current${path}`,
    }),
  )

const post = (body: Record<string, string>, by = instance) =>
  by.send({
    method: 'POST',
    target: '/api/installs',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** What an app reads: at the database that it was told, and nowhere else. */
function readAt(answer: { databaseUrl?: unknown; path?: unknown }): Tree {
  const shard = shards.find(({ url }) => url === answer.databaseUrl)!
  return (answer.path as string)
    .split('/')
    .reduce<Tree>((tree, name) => tree[name]!, shard.base.data())
}

async function register(uid: string, by = instance): Promise<Key & { shard: number }> {
  const first = (await post({ deviceId: DEVICE, uid }, by)).json
  const otp = readAt(first)['code'] as unknown as string
  const second = (await post({ deviceId: DEVICE, uid, otp }, by)).json
  expect(second).toEqual({ ...first, drop: 'credential', path: `users/${uid}/${SLOT}/credential` })
  const { apiKey } = readAt(second) as unknown as { apiKey: string }
  const key = keyWithId(parseApiKey(apiKey)!.keyId, keyring.newestVersion)
  return { ...key, uid, slot: SLOT, shard: urlsOf(4).indexOf(first['databaseUrl'] as string) }
}

const rowAt = (shard: number, keyId: string) => shards[shard]!.base.data()['installs']?.[keyId]

function seedKey(shard: number, key: Key, more: Record<string, unknown> = {}): void {
  const { base } = shards[shard]!
  const row = { ...rowOf(key, clock), ...more }
  base.seed('installs', { ...base.data()['installs'], [key.keyId]: row })
}

/** UIDs that live at `from` of three databases, and at `to` of four. */
function uidsOf(from: number, to: number): string[] {
  const [three, four] = [makeShardMap(urlsOf(3)), makeShardMap(urlsOf(4))]
  return Array.from({ length: 400 }, (_, n) => `uid-${n}`)
    .filter((uid) => three.ofUid(uid) === from && four.ofUid(uid) === to)
    .slice(0, 3)
}

test('a UID registers at one database, its app is told which, and its key says so itself', async () => {
  for (const shard of [0, 1, 2]) {
    const [uid] = uidsOf(shard, shard)
    const key = await register(uid!)
    expect(key.shard).toBe(shard)
    expect(makeShardMap(urlsOf(3)).ofKey(key.keyId)).toBe(shard)
    for (const other of [0, 1, 2]) {
      expect(rowAt(other, key.keyId) !== undefined).toBe(other === shard)
      expect(shards[other]!.base.data()['users']?.[uid!] !== undefined).toBe(other === shard)
    }
    // The first use takes the drop away there, and the second writes nothing anywhere.
    expect((await use(key)).status).toBe(200)
    expect(shards[shard]!.base.data()['users']?.[uid!]).toBeUndefined()
    const spent = await Promise.all(
      shards.map(({ base }) => base.count(async () => void (await use(key)))),
    )
    expect(spent).toEqual(shards.map(() => ({ reads: 0, writes: 0, denied: 0 })))
  }
})

test('each database has its number, nonces and revocations', async () => {
  for (const shard of [0, 1, 2]) {
    const key = await register(uidsOf(shard, shard)[1]!)
    const rotated = await use(key, instance, 'POST', '/rotate')
    expect(rotated).toMatchObject({ status: 200, json: { databaseUrl: shards[shard]!.url } })
    const { keyId } = readAt(rotated.json) as unknown as { keyId: string }
    expect(makeShardMap(urlsOf(3)).ofKey(keyId)).toBe(shard)
    expect((await use(keyWithId(keyId, 2), instance, 'DELETE')).status).toBe(200)
    const data = shards[shard]!.base.data()
    expect(data['shard']).toBe(shard)
    expect(JSON.stringify(data['nonces'])).toContain(key.keyId)
    expect(JSON.stringify(data['revocations'])).toContain(keyId)
    expect(rowAt(shard, keyId)).toMatchObject({ status: 'revoked' })
    expect((await use(keyWithId(keyId, 2))).json).toMatchObject({ code: 'key_revoked' })
  }
})

test('a key that is revoked elsewhere is forgotten within a second, at any database', async () => {
  const other = await startOn(3)
  for (const shard of [0, 1, 2]) {
    const key = await register(uidsOf(shard, shard)[2]!)
    expect((await use(key, other)).status).toBe(200)
    await use(key, instance, 'DELETE')
    await sleep(300)
    expect((await use(key, other)).json).toMatchObject({ code: 'key_revoked' })
  }
  await other.close()
})

describe('while one database is away', () => {
  test.each([0, 1, 2])('number %i, the others issue, verify, count and are swept', async (away) => {
    const [near, far] = [(away + 1) % 3, away]
    const farKey = await register(uidsOf(far, far)[0]!)
    await use(farKey)
    await shards[far]!.proxy.inflict('refused')
    const nearKey = await register(uidsOf(near, near)[0]!)
    expect((await use(nearKey)).status).toBe(200)
    // What a warm instance knows, it still knows.
    expect((await use(farKey)).status).toBe(200)
    expect((await use(farKey, instance, 'DELETE')).status).toBe(503)
    expect((await post({ deviceId: DEVICE, uid: farKey.uid })).status).toBe(503)
    expect((await use(nearKey, instance, 'POST', '/rotate')).status).toBe(200)

    const logged = instance.events.length
    await expect(instance.service.sweep()).rejects.toMatchObject({ code: 'unavailable' })
    const swept = instance.events.slice(logged).filter(({ event }) => event.startsWith('swe'))
    expect(swept.map((line) => [line.event, (line as { shard: number }).shard])).toEqual(
      [0, 1, 2].map((n) => [n === far ? 'sweep_failed' : 'swept', n]),
    )
    await shards[far]!.proxy.inflict('none')
    for (
      let tries = 0;
      tries < 50 && (await use(farKey, instance, 'POST', '/rotate')).status > 400;
    ) {
      tries += 1
      await sleep(100)
    }
    expect(rowAt(far, farKey.keyId)).toMatchObject({ status: 'superseded' })
    // Old challenges are in nobody's way.
    clock.ms += 61_000
  })
})

test('a fourth database takes its share; no key that exists moves', async () => {
  const stays = await register(uidsOf(1, 1)[0]!)
  const moves = await register(uidsOf(1, 3)[0]!)
  const idle = await register(uidsOf(2, 3)[0]!)
  expect([stays.shard, moves.shard, idle.shard]).toEqual([1, 1, 2])

  await instance.close()
  instance = await startOn(4)
  for (const key of [stays, moves, idle]) expect((await use(key)).status).toBe(200)

  // A rotation stays with the key, a registration goes to the UID's new place and ends the old key.
  const rotated = await use(idle, instance, 'POST', '/rotate')
  expect(rotated.json['databaseUrl']).toBe(shards[2]!.url)
  clock.ms += 61_000
  const anew = await register(moves.uid)
  expect(anew.shard).toBe(3)
  expect(rowAt(3, anew.keyId)).toMatchObject({ status: 'active' })
  expect(rowAt(1, moves.keyId)).toMatchObject({ status: 'superseded' })
  await sleep(300)
  expect((await use(moves)).json).toMatchObject({ code: 'key_superseded' })
  expect((await use(anew)).status).toBe(200)
  expect((await register(stays.uid)).shard).toBe(1)
})

test('what could not be superseded while its database was away, the next registration supersedes', async () => {
  const [, , uid] = uidsOf(1, 3)
  const old = keyWithId(withShard(keyOf(99).keyId, 1))
  seedKey(1, { ...old, uid: uid!, slot: SLOT })
  await shards[1]!.proxy.inflict('refused')
  expect((await register(uid!)).shard).toBe(3)
  await shards[1]!.proxy.inflict('none')
  await sleep(2500)
  expect(rowAt(1, old.keyId)).toMatchObject({ status: 'active' })
  clock.ms += 61_000
  await register(uid!)
  expect(rowAt(1, old.keyId)).toMatchObject({ status: 'superseded' })
})

test('a suspended key that was left behind keeps its UID out', async () => {
  const uid = uidsOf(0, 3)[0]!
  const old = keyWithId(withShard(keyOf(98).keyId, 0))
  seedKey(0, { ...old, uid, slot: SLOT }, { status: 'suspended' })
  const { json } = await post({ deviceId: DEVICE, uid })
  const otp = readAt(json)['code'] as unknown as string
  expect((await post({ deviceId: DEVICE, uid, otp })).json).toMatchObject({ code: 'key_suspended' })
  expect(rowAt(0, old.keyId)).toMatchObject({ status: 'suspended' })
})

test('a list that was cut answers 503, not that the key is gone', async () => {
  const uid = uidsOf(1, 3)[1]!
  const key = await register(uid)
  expect(key.shard).toBe(3)
  const shorter = await startOn(3)
  expect(await use(key, shorter)).toMatchObject({ status: 503, json: { code: 'unavailable' } })
  await shorter.close()
})

test('a list in another order is noticed before anything is looked for', async () => {
  const urls = [shards[0]!.url, shards[2]!.url, shards[1]!.url]
  const mixed = await startInstance(shards[0]!.base, {
    databaseUrls: urls,
    databaseUrl: urls[0]!,
    checkUidExists: false,
  })
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = shards[2]!.proxy.host
  const key = keyWithId(withShard(keyOf(1).keyId, 1))
  expect(await use(key, mixed)).toMatchObject({ status: 503, json: { code: 'unavailable' } })
  expect(mixed.events).toContainEqual(
    expect.objectContaining({ reason: 'number 1 of DATABASE_URLS has been another' }),
  )
  await mixed.close()
})

test('usage is counted where its key is, what no key has signed at the first; one that is away holds up no other', async () => {
  const counting = await startOn(3, { usageFlushSeconds: 60 })
  const keys = [0, 1, 2].map((shard) => keyWithId(withShard(keyOf(90 + shard).keyId, shard)))
  keys.forEach((key, shard) => seedKey(shard, { ...key, uid: `uid-usage-${shard}`, slot: SLOT }))
  for (const key of keys) expect((await use(key, counting)).status).toBe(200)
  await counting.send({ target: '/api/installs/current' })

  await shards[1]!.proxy.inflict('refused')
  await counting.service.flush()
  expect(keys.map(({ keyId }, shard) => requestsAt(shard, keyId))).toEqual([1, undefined, 1])
  await shards[1]!.proxy.inflict('none')
  await use(keys[1]!, counting)
  for (let tries = 0; tries < 50 && requestsAt(1, keys[1]!.keyId) === undefined; tries += 1) {
    await sleep(100)
    await counting.service.flush()
  }
  expect(requestsAt(1, keys[1]!.keyId)).toBe(2)

  for (const shard of [0, 1, 2]) {
    for (const { keyId } of keys.filter((_, other) => other !== shard)) {
      expect(requestsAt(shard, keyId)).toBeUndefined()
    }
    expect(usageAt(shard)['unverified'] !== undefined).toBe(shard === 0)
  }
  await counting.close()
})

test('behaviour is assessed at each database; one that is away keeps none of the others from it', async () => {
  const keys = [0, 1, 2].map((shard) => keyWithId(withShard(keyOf(95 + shard).keyId, shard)))
  keys.forEach((key, shard) => {
    seedKey(shard, { ...key, uid: `uid-behaviour-${shard}`, slot: SLOT })
    countFor(shards[shard]!.base, key.keyId, { otp: 40, login: 40 })
  })
  const enforcing = await startOn(3, { behaviour: 'enforce', usageFlushSeconds: 60 })
  await shards[1]!.proxy.inflict('refused')
  await expect(enforcing.service.assess()).rejects.toMatchObject({ code: 'unavailable' })
  const suspendedAt = () =>
    keys.map(({ keyId }, shard) => rowAt(shard, keyId)?.['risk']?.['level'] !== undefined)
  expect(suspendedAt()).toEqual([true, false, true])
  expect(enforcing.events).toContainEqual(
    expect.objectContaining({ event: 'assess_failed', shard: 1 }),
  )
  await shards[1]!.proxy.inflict('none')
  const answer = await use(keys[2]!, enforcing)
  expect(answer).toMatchObject({ status: 401, json: { code: 'key_suspended' } })
  await enforcing.close()
})

const usageAt = (shard: number): Tree =>
  shards[shard]!.base.data()['usage']?.[dayOf(clock.ms)] ?? {}
const requestsAt = (shard: number, keyId: string) => usageAt(shard)[keyId]?.['requests']
