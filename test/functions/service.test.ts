import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '../../functions/src/deadline.ts'
import { makeInstallStore } from '../../functions/src/installs/store.ts'
import { startFaultProxy, type Fault, type FaultProxy } from './harness/faultProxy.ts'
import { startInstance, type Instance } from './harness/instance.ts'
import { keyOf } from './harness/key.ts'
import { seconds, startDatabase, type TestDatabase } from './harness/database.ts'
import type { Outgoing } from './harness/signed.ts'
import { signed } from './harness/signed.ts'
import {
  STORE_SETTINGS,
  connect,
  placeOf,
  startBackend,
  type Backend,
} from './installs/harness/backend.ts'
import { activeKeysOf, faultsOf } from './installs/harness/faults.ts'

// Time is real here: what is tested is that no request outlives 10 s (T26).
jest.setTimeout(60_000)

const REQUEST_MS_MAX = 10_000
const RECOVERY_MS_MAX = 5000

const [WARM, COLD] = [keyOf(0), keyOf(1)]

/** One of each kind: answered from memory, by a read, by a durable nonce, by a write. */
async function requestsOf(base: TestDatabase): Promise<Record<string, Outgoing>> {
  const created = seconds(base.clock)
  const current = '/api/installs/current'
  const redemption = JSON.stringify({ deviceId: 'device-1', uid: 'uid-1', otp: '12345678' })
  return {
    memory: await signed(WARM, { created }),
    read: await signed(COLD, { created }),
    rotation: await signed(WARM, { created, method: 'POST', target: `${current}/rotate` }),
    revocation: await signed(WARM, { created, method: 'DELETE', target: current }),
    redemption: {
      method: 'POST',
      target: '/api/installs',
      headers: { 'content-type': 'application/json' },
      body: redemption,
    },
  }
}

const through = (base: TestDatabase, { host }: FaultProxy) => ({
  rtdb: { ...base.rtdb, url: `http://${host}` },
  clock: base.clock,
})

const FAULTS: readonly Fault[] = ['refused', 'reset', 'silent', 'lost acknowledgement', 'half open']

describe.each(FAULTS)('while the database is %s', (fault) => {
  let base: TestDatabase
  let proxy: FaultProxy
  let instance: Instance
  beforeAll(async () => {
    base = await startDatabase({ installs: 2 })
    proxy = await startFaultProxy(base.rtdb.port)
    instance = await startInstance(through(base, proxy), { databaseDeadlineMs: 400 })
  })
  afterAll(async () => {
    await instance.close()
    await proxy.close()
    await base.close()
  })

  test('what needs it gets 503 in time, what does not is served, and nothing is half done', async () => {
    const { memory } = await requestsOf(base)
    expect((await instance.send(memory!)).status).toBe(200)
    const installs = base.data()['installs']

    await proxy.inflict(fault)
    const answers = await Promise.all(
      Object.entries(await requestsOf(base)).map(async ([kind, request]) => {
        const startedAt = performance.now()
        const { status, headers, json } = await instance.send(request)
        expect(performance.now() - startedAt).toBeLessThan(REQUEST_MS_MAX)
        return [kind, { status, code: json['code'], retryAfter: headers['retry-after'] }] as const
      }),
    )
    const { memory: fromMemory, ...others } = Object.fromEntries(answers)
    expect(fromMemory).toMatchObject({ status: 200 })
    const unavailable = { status: 503, code: 'unavailable', retryAfter: '2' }
    expect(Object.values(others).some(({ status }) => status === 503)).toBe(true)
    // Where new connections work, the SDK dials anew, and a request may be served still.
    const mayPass = fault === 'half open'
    for (const answer of Object.values(others)) {
      if (!mayPass || answer.status === 503) expect(answer).toEqual(unavailable)
    }
    if (!mayPass) expect(base.data()['installs']).toEqual(installs)

    await proxy.inflict('none')
    const healedAt = performance.now()
    let status = 503
    while (status === 503) {
      await sleep(20)
      status = (await instance.send(await signed(COLD, { created: seconds(base.clock) }))).status
    }
    expect(status).toBe(200)
    expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS_MAX)

    // The same caller, once more, with a new nonce: it gets what it wanted.
    const { rotation } = await requestsOf(base)
    const wasDone = others['rotation']?.status === 200 || others['revocation']?.status === 200
    expect(wasDone ? [401, 409] : [200]).toContain((await instance.send(rotation!)).status)
    expect(faultsOf(base.data())).toEqual([])
  })
})

test('with the default deadline no request outlives 10 s, the first one included', async () => {
  const base = await startDatabase({ installs: 2 })
  const proxy = await startFaultProxy(base.rtdb.port)
  await proxy.inflict('silent')
  const instance = await startInstance(through(base, proxy))
  const startedAt = performance.now()
  // Nothing is in its memory yet.
  const requests = Object.values(await requestsOf(base))
  const answers = await Promise.all(requests.map((each) => instance.send(each)))
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503])
  expect(performance.now() - startedAt).toBeLessThan(REQUEST_MS_MAX)
  await instance.close()
  await proxy.close()
  await base.close()
})

describe('a write that was on its way when the connection died', () => {
  let backend: Backend
  let proxy: FaultProxy
  let close: () => Promise<void>
  let store: ReturnType<typeof makeInstallStore>
  beforeEach(async () => {
    backend = await startBackend()
    proxy = await startFaultProxy(backend.rtdb.port)
    const connected = await connect(backend, { host: proxy.host, deadlineMs: 400 })
    close = connected.close
    store = makeInstallStore(connected.database, STORE_SETTINGS)
  })
  afterEach(async () => {
    await close()
    await proxy.close()
    await backend.close()
  })

  const unavailableFrom = (operation: Promise<unknown>) =>
    operation.then(
      () => false,
      (error: unknown) => isUnavailable(error),
    )

  const recovered = async () => {
    await proxy.inflict('none')
    while (await unavailableFrom(store.read('a'.repeat(32)))) await sleep(20)
  }

  test('and had arrived: the key and its drop are there, for an app that looks', async () => {
    const place = placeOf(1)
    const first = (await store.read((await backend.register(place)).keyId))!
    await proxy.inflict('lost acknowledgement')
    expect(await unavailableFrom(backend.issuingWith({ store }).rotate(first))).toBe(true)
    await recovered()
    expect(faultsOf(backend.data())).toEqual([])
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
    // The retry finds the old key superseded. It works in its grace, and the new one waits.
    expect(await backend.issuingWith({ store }).rotate(first)).toBe('conflict')
  })

  test('and arrives a minute later: it is refused, and nothing has changed', async () => {
    const place = placeOf(1)
    const { keyId } = await backend.register(place)
    const first = (await store.read(keyId))!
    const before = backend.data()
    await proxy.inflict('silent')
    expect(await unavailableFrom(backend.issuingWith({ store }).rotate(first))).toBe(true)
    expect(await unavailableFrom(backend.issuingWith({ store }).challenge(placeOf(2), true))).toBe(
      true,
    )
    backend.clock.ms += 60_001
    const { writesDenied } = backend.rtdb.operations(backend.rtdb.namespaces()[0]!)
    await recovered()
    // The SDK has sent both again.
    const now = backend.rtdb.operations(backend.rtdb.namespaces()[0]!)
    expect(now.writesDenied - writesDenied).toBe(2)
    expect(backend.data()).toEqual(before)
    expect(await backend.issuingWith({ store }).rotate(first)).toBe('issued')
  })

  test('and arrives in time: it has happened whole', async () => {
    const place = placeOf(1)
    const first = (await store.read((await backend.register(place)).keyId))!
    await proxy.inflict('silent')
    expect(await unavailableFrom(backend.issuingWith({ store }).rotate(first))).toBe(true)
    await recovered()
    expect(faultsOf(backend.data())).toEqual([])
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
  })
})
