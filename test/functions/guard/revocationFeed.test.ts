import { connectDatabase, type Database } from '../../../functions/src/database.ts'
import { startFirebase, type FirebaseApp } from '../../../functions/src/firebase.ts'
import {
  followRevocations,
  HEARTBEAT_MS,
  RENEWED_EVERY_MS,
} from '../../../functions/src/guard/revocationFeed.ts'
import { NAMESPACE, startDatabase, type TestDatabase } from '../harness/database.ts'

// On the real SDK and the project's rules; the clock is the test's.

const NOBODY = '{"rules":{".read":false,".write":false}}'

let database: TestDatabase
let app: Promise<FirebaseApp>
let connected: Database

beforeEach(async () => {
  database = await startDatabase()
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = `127.0.0.1:${database.rtdb.port}`
  process.env['GCLOUD_PROJECT'] = 'demo-latchkey'
  app = startFirebase(`${database.rtdb.url}?ns=${NAMESPACE}`)
  connected = connectDatabase(() => app, { deadlineMs: 1000 })
})
afterEach(async () => {
  await (await app).close()
  await database.close()
})

const rowOf = (keyId: string, at: number) => ({ keyId, at, reason: 'test' })
const keyId = (n: number) => String(n).padStart(32, '0')

/** Written by another instance: what this one writes itself its SDK tells before the server has answered. */
const write = (name: string, row: Record<string, unknown>): void =>
  database.seed('revocations', { ...database.data()['revocations'], [name]: row })

/** A feed, and what it has told. */
function follow() {
  const told: string[] = []
  const feed = followRevocations(
    connected,
    () => database.clock.ms,
    (revoked) => told.push(revoked),
  )
  return { feed, told, liveSince: () => feed.liveSince(database.clock.ms) }
}

test('tells every revocation, those of the last ten minutes at the start', async () => {
  const { ms } = database.clock
  const minutes = 60_000
  database.seed('revocations', {
    old: rowOf(keyId(1), ms - 10 * minutes - 1),
    recent: rowOf(keyId(2), ms - 10 * minutes),
  })
  const { feed, told } = follow()
  await feed.beat()
  expect(told).toEqual([keyId(2)])
  write('new', rowOf(keyId(3), ms))
  await feed.beat()
  expect(told).toEqual([keyId(2), keyId(3)])
  feed.stop()
})

test('is not live before the server has answered, then since it was asked', async () => {
  const { feed, liveSince } = follow()
  const asked = database.clock.ms
  const beat = feed.beat()
  expect(liveSince()).toBe(Number.POSITIVE_INFINITY)
  database.clock.ms += 300
  await beat
  expect(liveSince()).toBe(asked)
  feed.stop()
})

test('a heartbeat is one read that the server answers, never the SDK’s own cache', async () => {
  const { feed } = follow()
  await feed.beat()
  expect(await database.count(() => feed.beat())).toEqual({ reads: 1, writes: 0, denied: 0 })
  feed.stop()
})

test('stays live through the heartbeats, since the first', async () => {
  const { feed, liveSince } = follow()
  const asked = database.clock.ms
  for (let beats = 0; beats < 5; beats += 1) {
    await feed.beat()
    expect(liveSince()).toBe(asked)
    database.clock.ms += HEARTBEAT_MS
  }
  feed.stop()
})

test('two missed heartbeats are silence, even though nobody noticed a broken connection', async () => {
  const { feed, liveSince } = follow()
  await feed.beat()
  const asked = database.clock.ms
  database.clock.ms = asked + 2 * HEARTBEAT_MS + 4999
  expect(liveSince()).toBe(asked)
  database.clock.ms += 1
  expect(liveSince()).toBe(Number.POSITIVE_INFINITY)
  // What came meanwhile may have been missed, so it is live only from here on.
  await feed.beat()
  expect(liveSince()).toBe(database.clock.ms)
  feed.stop()
})

test('a heartbeat that fails ends it at once', async () => {
  const { feed, liveSince } = follow()
  await feed.beat()
  expect(liveSince()).toBe(database.clock.ms)
  database.rtdb.setRules(NAMESPACE, NOBODY)
  await feed.beat()
  expect(liveSince()).toBe(Number.POSITIVE_INFINITY)
  feed.stop()
})

test('a listener that the rules have ended stays dead, though reads work again', async () => {
  const { feed, liveSince } = follow()
  await feed.beat()
  database.rtdb.setRules(NAMESPACE, NOBODY)
  await feed.beat()
  database.rtdb.setRules(NAMESPACE, '{"rules":{".read":true,"revocations":{".indexOn":"at"}}}')
  await feed.beat()
  expect(liveSince()).toBe(Number.POSITIVE_INFINITY)
  feed.stop()
})

test('is followed anew every few minutes, so that what it was told is not kept for ever', async () => {
  const { feed, told, liveSince } = follow()
  const start = database.clock.ms
  await feed.beat()
  const asked = liveSince()
  const rounds = 4
  for (let round = 0; round < rounds; round += 1) {
    write(`r${round}`, rowOf(keyId(round), database.clock.ms))
    // Heartbeats in between, or it would be silent.
    for (let at = 0; at < RENEWED_EVERY_MS; at += HEARTBEAT_MS) {
      database.clock.ms += HEARTBEAT_MS
      await feed.beat()
    }
  }
  expect(database.clock.ms).toBe(start + rounds * RENEWED_EVERY_MS)
  // None is missed, and from each new start on only those of the last ten minutes are told.
  const times = (n: number) => told.filter((one) => one === keyId(n)).length
  expect([0, 1, 2, 3].map(times)).toEqual([3, 3, 3, 2])
  expect(liveSince()).toBe(asked)
  write('last', rowOf(keyId(9), database.clock.ms))
  await feed.beat()
  expect(times(9)).toBe(1)
  feed.stop()
})

test('a listener that has ended is live again from its renewal on, and not since before', async () => {
  const { feed, told, liveSince } = follow()
  await feed.beat()
  database.rtdb.setRules(NAMESPACE, NOBODY)
  await feed.beat()
  database.rtdb.setRules(NAMESPACE, '{"rules":{".read":true,"revocations":{".indexOn":"at"}}}')
  database.seed('revocations', { missed: rowOf(keyId(1), database.clock.ms) })
  database.clock.ms += RENEWED_EVERY_MS
  await feed.beat()
  expect(told).toEqual([keyId(1)])
  expect(liveSince()).toBe(database.clock.ms)
  feed.stop()
})

test('stopped, it tells nothing more', async () => {
  const { feed, told } = follow()
  await feed.beat()
  feed.stop()
  write('new', rowOf(keyId(1), database.clock.ms))
  await feed.beat()
  expect(told).toEqual([])
})
