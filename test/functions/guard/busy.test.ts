import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { signed } from '../harness/signed.ts'

const PATH = '/api/test/busy'
let isBusy = false
let database: TestDatabase
let instance: Instance

beforeAll(async () => {
  database = await startDatabase()
  instance = await startInstance(database, {}, [
    {
      method: 'POST',
      path: PATH,
      guard: { nonce: 'durable', isBusy: () => isBusy },
      handler: () => ({ status: 200, body: {} }),
    },
  ])
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

const call = async (method: 'GET' | 'POST', target: string) =>
  instance.send(await signed(keyOf(0), { method, target, created: seconds(database.clock) }))

test('what is busy refuses before the nonce is written; the rest goes on', async () => {
  expect((await call('POST', PATH)).status).toBe(200)

  isBusy = true
  const before = database.rtdb.operations('demo-latchkey-default-rtdb')
  const refused = await call('POST', PATH)
  expect([refused.status, refused.json['code']]).toEqual([503, 'unavailable'])
  expect(refused.headers['retry-after']).toBe('2')
  expect(database.rtdb.operations('demo-latchkey-default-rtdb')).toEqual(before)
  expect((await call('GET', '/api/installs/current')).status).toBe(200)

  isBusy = false
  expect((await call('POST', PATH)).status).toBe(200)
})

test('a caller without a genuine signature is not told', async () => {
  isBusy = true
  const request = await signed(keyOf(0), {
    method: 'POST',
    target: PATH,
    created: seconds(database.clock) - 1000,
  })
  expect((await instance.send(request)).status).toBe(401)
})
