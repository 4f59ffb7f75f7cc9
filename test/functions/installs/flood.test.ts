import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { slotOf } from '../../../functions/src/installs/slot.ts'
import { NAMESPACE, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import type { Received } from '../harness/send.ts'
import { idTokenOf, startAuthServer, type AuthServer } from './harness/authServer.ts'

// Threat T10: whole instances behind HTTP, a real database, and callers from many addresses.
jest.setTimeout(120_000)

const STRANGERS = 300
const DAY_MS = 86_400_000
const IN_FLIGHT = 64

let base: TestDatabase
let auth: AuthServer
let instances: Instance[]

beforeEach(async () => {
  base = await startDatabase({ installs: 0 })
  auth = await startAuthServer()
  const settings = { strangerRegistrationsPerMinute: STRANGERS, usageFlushSeconds: 60 }
  instances = [await startInstance(base, settings), await startInstance(base, settings)]
})
afterEach(async () => {
  for (const instance of instances) await instance.close()
  await auth.close()
  await base.close()
})

interface Call {
  readonly uid: string
  readonly address: string
  readonly otp?: string
  readonly idToken?: string
}

const DEVICE = 'device-0001'
const call = (n: number, { uid, address, otp, idToken }: Call): Promise<Received> =>
  instances[n % instances.length]!.send({
    method: 'POST',
    target: '/api/installs',
    headers: {
      'Content-Type': 'application/json',
      'X-Forwarded-For': address,
      ...(idToken !== undefined && { Authorization: `Bearer ${idToken}` }),
    },
    body: JSON.stringify({ deviceId: DEVICE, uid, ...(otp !== undefined && { otp }) }),
  })

/** Does it `count` times, so many at once. */
async function flood<T>(count: number, f: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const work = async () => {
    for (let n = next++; n < count; n = next++) results[n] = await f(n)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  return results
}

const memory = (): number => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

const tally = (statuses: readonly number[]) => {
  const counts: Record<string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test('10,000 registrations from 100 addresses: bounded writes and memory, owners served, all reclaimed', async () => {
  const HONEST = 20
  const addressOf = (n: number) => `198.18.${n % 100}.7`
  for (let n = 0; n < 10_000; n += 1) auth.add(`uid-${n}`)
  await flood(200, (n) => call(n, { uid: 'uid-0', address: `192.0.2.${n}` }))
  base.rtdb.import(NAMESPACE, {})
  base.clock.ms += 60_000
  const before = memory()
  base.rtdb.resetOperations(NAMESPACE)

  /** Both steps, by the SDK, which sends its ID token. */
  const honest = async (n: number): Promise<number[]> => {
    const owner = { uid: `uid-${n}`, address: `203.0.113.${n}`, idToken: idTokenOf(`uid-${n}`) }
    const first = await call(n, owner)
    const otp = base.data()['users']![owner.uid]![slotOf(DEVICE)]!['otp']!['code']
    const second = await call(n, { ...owner, otp: otp as unknown as string })
    return [first.status, second.status]
  }
  const owners: Promise<number[]>[] = []
  const statuses = await flood(10_000, async (n) => {
    if (n % 500 === 250) owners.push(honest((n - 250) / 500 + 9000))
    return (await call(n, { uid: `uid-${n}`, address: addressOf(n) })).status
  })

  expect(await Promise.all(owners)).toEqual(Array(HONEST).fill([200, 200]))
  const { 200: letIn = 0, 429: refused = 0, ...others } = tally(statuses)
  expect(others).toEqual({})
  expect(letIn + refused).toBe(10_000)
  // Some of the strangers name the owners' UIDs, and their challenges are left as they are.
  expect(letIn).toBeLessThanOrEqual(STRANGERS + HONEST)

  const { reads, writes, writesDenied } = base.rtdb.operations(NAMESPACE)
  expect(writes).toBeLessThanOrEqual(STRANGERS + HONEST * 3)
  // Each instance meets the full window once, with what it has under way.
  expect(writesDenied).toBeLessThanOrEqual(2 * IN_FLIGHT)
  expect(reads).toBeLessThanOrEqual(HONEST * 2 + writesDenied)
  expect(auth.lookups()).toBeLessThanOrEqual(200 + 2 * STRANGERS + HONEST * 2)
  expect(memory() - before).toBeLessThan(32 * 1024 * 1024)

  for (const days of [40, 15]) {
    base.clock.ms += days * DAY_MS
    await instances[0]!.service.sweep()
  }
  // Where the sweep goes on is one row, whatever it has swept.
  expect(Object.keys(base.data())).toEqual(['sweeps'])
})

test('a full window is refused at once, with the time to come back, and spends nothing more', async () => {
  for (let n = 0; n < 2000; n += 1) auth.add(`uid-${n}`)
  const stranger = (n: number) => call(0, { uid: `uid-${n}`, address: `198.18.0.${n % 250}` })
  await flood(STRANGERS, stranger)
  const spent = await base.count(async () => {
    const [refused] = await flood(100, (n) => stranger(n + STRANGERS))
    const { status, headers, json } = refused!
    expect({ status, code: json['code'] }).toEqual({ status: 429, code: 'rate_limited' })
    // The window ends with the minute.
    expect(headers['retry-after']).toBe(String(60 - (Math.floor(base.clock.ms / 1000) % 60)))
    expect(headers['ratelimit-policy']).toBe(`"challenges";q=${STRANGERS};w=60`)
  })
  expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })

  // Another instance learns it from the rules, once.
  const stranger2 = () => call(1, { uid: 'uid-1999', address: '198.18.1.1' })
  const learning = await base.count(async () => expect((await stranger2()).status).toBe(429))
  expect(learning).toEqual({ reads: 1, writes: 0, denied: 1 })
  const known = await base.count(async () => expect((await stranger2()).status).toBe(429))
  expect(known).toEqual({ reads: 0, writes: 0, denied: 0 })

  base.clock.ms += 60_000
  expect((await stranger2()).status).toBe(200)
})

test('attempts are limited as well: twice as many as challenges', async () => {
  const guess = async (n: number) => {
    const stranger = { uid: `uid-${n}`, address: `198.18.0.${n % 250}` }
    return (await call(0, { ...stranger, otp: '00000000' })).status
  }
  expect(tally(await flood(2 * STRANGERS + 50, guess))).toEqual({ 401: 2 * STRANGERS, 429: 50 })
})

describe('a UID that nobody has', () => {
  const ask = (uid: string, at = 0) => call(at, { uid, address: '192.0.2.1' })

  test('gets the same answer, costs no database operation, and is looked up once', async () => {
    auth.add('uid-1')
    const there = await ask('uid-1')
    const lookups = auth.lookups()
    const spent = await base.count(async () => {
      for (let n = 0; n < 5; n += 1) {
        const absent = await ask('uid-2')
        expect(absent.text.replace('uid-2', 'uid-1')).toBe(there.text)
      }
    })
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
    expect(auth.lookups() - lookups).toBe(1)
  })

  test('is not asked for where CHECK_UID_EXISTS is false', async () => {
    const trusting = await startInstance(base, { checkUidExists: false })
    instances.push(trusting)
    await ask('uid-2', 2)
    expect(auth.lookups()).toBe(0)
    expect(base.data()['challenges']).toHaveProperty('uid-2')
  })
})
