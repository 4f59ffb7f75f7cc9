import { NAMESPACE, rowOf, seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf, type Key } from '../harness/key.ts'
import { signed } from '../harness/signed.ts'

// Threat T9: a key that was stolen works no longer than it takes to say so.

let database: TestDatabase
let one: Instance
let other: Instance

beforeEach(async () => {
  database = await startDatabase()
  one = await startInstance(database)
  other = await startInstance(database)
})
afterEach(async () => {
  await one.close()
  await other.close()
  await database.close()
})

const outcome = async (at: Instance, key: Key, more: { method?: string } = {}) => {
  const { status, json } = await at.send(
    await signed(key, { created: seconds(database.clock), ...more }),
  )
  return status === 200 ? 'accepted' : json['code']
}

test('a key revoked at another instance is refused here within a second', async () => {
  expect(await outcome(one, keyOf(0))).toBe('accepted')
  expect(await outcome(one, keyOf(1))).toBe('accepted')
  expect(await outcome(other, keyOf(0), { method: 'DELETE' })).toBe('accepted')
  const revokedAt = performance.now()
  // Under way to this instance by now; the cache would believe the record for ever.
  while ((await outcome(one, keyOf(0))) === 'accepted');
  expect(performance.now() - revokedAt).toBeLessThan(1000)
  expect(await outcome(one, keyOf(0))).toBe('key_revoked')
  expect(await outcome(one, keyOf(1))).toBe('accepted')
})

test('at the instance that revokes it, at once', async () => {
  expect(await outcome(one, keyOf(0), { method: 'DELETE' })).toBe('accepted')
  expect(await outcome(one, keyOf(0))).toBe('key_revoked')
})

/** Ends the listener as changed rules do, and lets the backend read again. */
function endListeners(): void {
  database.rtdb.setRules(NAMESPACE, '{"rules":{".read":"auth == null"}}')
  database.rtdb.setRules(NAMESPACE, '{"rules":{".read":true}}')
}

test('without the feed, after 60 s and no later', async () => {
  expect(await outcome(one, keyOf(0))).toBe('accepted')
  endListeners()
  const row = { ...rowOf(keyOf(0), database.clock), status: 'revoked' }
  database.seed('installs', { [keyOf(0).keyId]: row })
  database.clock.ms += 59_999
  expect(await outcome(one, keyOf(0))).toBe('accepted')
  database.clock.ms += 1
  expect(await outcome(one, keyOf(0))).toBe('key_revoked')
})

test('with the feed live, a record is not read again', async () => {
  expect(await outcome(one, keyOf(0))).toBe('accepted')
  for (let beats = 0; beats < 10; beats += 1) {
    database.clock.ms += 20_000
    // The heart beats at the test's word.
    const spent = await database.count(async () => {
      await jest.advanceTimersByTimeAsync(20_000)
      expect(await outcome(one, keyOf(0))).toBe('accepted')
    })
    // One instance has begun to follow: one heartbeat.
    expect(spent).toEqual({ reads: 1, writes: 0, denied: 0 })
  }
})
