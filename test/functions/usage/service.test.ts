import { dayOf } from '../../../functions/src/installs/store.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { SCOPED, TEST_ROUTES } from '../harness/routes.ts'
import { signed } from '../harness/signed.ts'

// What requests count, from the socket to the database.

let base: TestDatabase
let instance: Instance

beforeEach(async () => {
  base = await startDatabase({ installs: 3 })
  instance = await startInstance(base, { usageFlushSeconds: 60 }, TEST_ROUTES)
})
afterEach(async () => {
  await instance.close()
  await base.close()
})

const usage = () => (base.data()['usage']?.[dayOf(base.clock.ms)] ?? {}) as Record<string, never>
const call = async (n: number) =>
  instance.send(await signed(keyOf(n), { created: seconds(base.clock) }))

test('a request counts for its key, a refused one under its code, an unsigned one for nobody', async () => {
  const replayed = await signed(keyOf(0), { created: seconds(base.clock) })
  await instance.send(replayed)
  await instance.send(replayed)
  await call(1)
  const scoped = { method: 'POST', target: SCOPED, created: seconds(base.clock) }
  await instance.send(await signed(keyOf(1), scoped))
  await instance.send({ target: '/api/installs/current' })
  await instance.send({ target: '/api/nothing' })
  // An error that comes from behind the guard.
  const rotation = {
    ...{ method: 'POST', target: '/api/installs/current/rotate', body: '{"more":1}' },
    created: seconds(base.clock),
  }
  expect((await instance.send(await signed(keyOf(2), rotation))).status).toBe(400)
  await instance.service.flush()

  const counted = Object.fromEntries(
    Object.entries(usage()).map(([keyId, { requests, refused }]) => [keyId, { requests, refused }]),
  )
  expect(counted).toEqual({
    [keyOf(0).keyId]: { requests: 1, refused: { replayed: 1 } },
    [keyOf(1).keyId]: { requests: 1, refused: { scope_missing: 1 } },
    [keyOf(2).keyId]: { requests: 1, refused: { invalid_request: 1 } },
    unverified: { requests: undefined, refused: { invalid_credentials: 1, not_found: 1 } },
  })
})

test('a warm request reads and writes nothing, and a minute of them is written once', async () => {
  await call(0)
  const warm = await base.count(async () => {
    for (let n = 0; n < 20; n += 1) await call(0)
  })
  expect(warm).toEqual({ reads: 0, writes: 0, denied: 0 })
  base.clock.ms += 60_000
  const due = await base.count(async () => {
    await call(0)
    await instance.service.flush()
  })
  expect(due.writes).toBe(1)
  expect(usage()[keyOf(0).keyId]!['requests']).toBe(22)
})

test('an instance that ends writes what it has counted', async () => {
  await call(0)
  expect(usage()).toEqual({})
  await instance.close()
  expect(usage()[keyOf(0).keyId]).toMatchObject({ requests: 1 })
  instance = await startInstance(base)
})

test('where USAGE_FLUSH_SECONDS is 0 nothing is counted', async () => {
  const silent = await startInstance(base)
  await silent.send(await signed(keyOf(0), { created: seconds(base.clock) }))
  await silent.close()
  expect(usage()).toEqual({})
})
