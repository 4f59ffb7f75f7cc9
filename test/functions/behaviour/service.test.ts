import { issuerKeys, type IssuerKeys } from '../../../scripts/attest/issuerKeys.ts'
import { LOCAL_APP_ID, LOCAL_PROJECT_NUMBER, mintAppCheck } from '../../../scripts/attest/mint.ts'
import { startIssuer, type Issuer } from '../../../scripts/attest/startIssuer.ts'
import { randomSecrets } from '../../../scripts/local/secrets.ts'
import type { Config } from '../../../functions/src/config.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf, type Key } from '../harness/key.ts'
import { ONCE, TEST_ROUTES } from '../harness/routes.ts'
import { signed } from '../harness/signed.ts'
import { undoRisk } from '../../../functions/src/behaviour/undoRisk.ts'
import { connect, newId } from '../installs/harness/backend.ts'
import { DAY_MS, HOUR_MS } from './harness/evidence.ts'
import { countFor } from './harness/seed.ts'

// Behaviour from the socket to the database and back, at several instances of the service.

const CURRENT = '/api/installs/current'
const ADA = keyOf(0)
let keys: IssuerKeys
let issuer: Issuer
let base: TestDatabase
const instances: Instance[] = []

beforeAll(async () => {
  keys = issuerKeys(randomSecrets())
  issuer = await startIssuer(keys)
})
afterAll(() => issuer.close())
beforeEach(async () => {
  base = await startDatabase({ installs: 3, clock: { ms: Date.now() } })
})
afterEach(async () => {
  await Promise.all(instances.splice(0).map((instance) => instance.close()))
  await base.close()
})

async function start(settings: Partial<Config> = {}): Promise<Instance> {
  const more = { behaviour: 'enforce' as const, usageFlushSeconds: 60, ...settings }
  const instance = await startInstance(base, more, TEST_ROUTES)
  instances.push(instance)
  return instance
}

const withAppCheck = (): Partial<Config> => ({
  attestProviders: ['app-check'],
  attestEmulatorHost: issuer.host,
  appCheckProjectNumber: LOCAL_PROJECT_NUMBER,
  appCheckAppIds: new Set([LOCAL_APP_ID]),
})
const token = async () => ({
  'X-Firebase-AppCheck': await mintAppCheck(keys, { now: seconds(base.clock) }),
})

async function call(at: Instance, key: Key = ADA, headers: object = {}, target = CURRENT) {
  const method = target === ONCE ? 'POST' : 'GET'
  const request = await signed(key, { created: seconds(base.clock), target, method })
  const { status, json } = await at.send({
    ...request,
    headers: { ...request.headers, ...headers },
  })
  return status === 200 ? 'accepted' : json['code']
}

/** What an instance has counted of it leads there. */
async function assessed(at: Instance, signals: Parameters<typeof countFor>[2]): Promise<void> {
  countFor(base, ADA.keyId, signals)
  await at.service.assess()
}
const steppedUp = (at: Instance) => assessed(at, { otp: 16 })
const suspended = (at: Instance) => assessed(at, { otp: 20, login: 20 })

/** Time that passes on all clocks. */
const after = (ms: number) => (base.clock.ms += ms)

describe('a suspension', () => {
  test('is known to a warm instance within a second, by the feed, and ends without a write', async () => {
    const [one, other] = [await start(), await start()]
    expect(await call(one)).toBe('accepted')
    await suspended(other)
    const decidedAt = performance.now()
    while ((await call(one)) === 'accepted');
    expect(performance.now() - decidedAt).toBeLessThan(1000)
    expect(await call(one)).toBe('key_suspended')
    expect(await call(one, keyOf(1))).toBe('accepted')

    after(HOUR_MS - 1)
    expect(await call(one)).toBe('key_suspended')
    const before = base.data()['installs']
    after(1)
    expect(await call(one)).toBe('accepted')
    expect(base.data()['installs']).toEqual(before)
  })

  test('that an operator undoes is over within a second', async () => {
    const [one, other] = [await start(), await start()]
    await suspended(other)
    expect(await call(one)).toBe('key_suspended')
    const { database, close } = await connect(base)
    const parts = { database, newId, nowMs: base.clock.ms, exemptMs: DAY_MS }
    expect(await undoRisk(ADA.keyId, 'ada@desk', parts)).toBe('undone')
    const undoneAt = performance.now()
    while ((await call(one)) !== 'accepted');
    expect(performance.now() - undoneAt).toBeLessThan(1000)
    await close()
  })
})

describe('a step-up', () => {
  test('demands attestation on every signed route, though ATTEST is off or observes', async () => {
    const modes = new Map([['installs', 'observe' as const]])
    const observing = await start({ ...withAppCheck(), attest: modes })
    const off = await start(withAppCheck())
    await steppedUp(off)
    for (const at of [observing, off]) {
      for (const target of [CURRENT, ONCE]) {
        expect(await call(at, ADA, {}, target)).toBe('attestation_failed')
        expect(await call(at, ADA, await token(), target)).toBe('accepted')
        expect(await call(at, keyOf(1), {}, target)).toBe('accepted')
      }
    }
    after(HOUR_MS)
    expect(await call(off)).toBe('accepted')
  })

  test('takes no nonce and writes nothing for who is not attested', async () => {
    const at = await start({ ...withAppCheck(), usageFlushSeconds: 0 })
    const other = await start(withAppCheck())
    await steppedUp(other)
    await call(at, ADA, await token())
    const spent = await base.count(async () => {
      expect(await call(at, ADA, {}, ONCE)).toBe('attestation_failed')
    })
    expect(spent).toMatchObject({ writes: 0, denied: 0 })
    expect(base.data()).not.toHaveProperty('nonces')
  })

  test('where no provider is set up it halves what the install may, and no more', async () => {
    const at = await start({ requestsPerMinutePerInstall: 10 })
    await steppedUp(at)
    const outcomes = async (key: Key) => {
      const all: unknown[] = []
      for (let n = 0; n < 11; n += 1) all.push(await call(at, key))
      return all.filter((each) => each === 'accepted').length
    }
    expect([await outcomes(ADA), await outcomes(keyOf(1))]).toEqual([5, 10])
  })
})

test('a warm request reads and writes nothing, stepped up or not', async () => {
  const other = await start()
  const at = await start({ usageFlushSeconds: 0 })
  await call(at, keyOf(1))
  await steppedUp(other)
  await call(at)
  const spent = await base.count(async () => {
    for (let n = 0; n < 20; n += 1) {
      expect(await call(at)).toBe('accepted')
      expect(await call(at, keyOf(1))).toBe('accepted')
    }
  })
  expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
})

describe('strangers', () => {
  /** Right but for the signature: all that somebody can send who knows an API key. */
  async function forge(at: Instance): Promise<unknown> {
    const request = await signed(ADA, { created: seconds(base.clock) })
    const headers = { ...request.headers, Signature: `lk=:${Buffer.alloc(32).toString('base64')}:` }
    return (await at.send({ ...request, headers })).json['code']
  }

  test('with an API key are counted for it and for their network, and change nothing for its owner', async () => {
    const at = await start()
    for (let n = 0; n < 300; n += 1) expect(await forge(at)).toBe('invalid_credentials')
    await at.service.flush()
    after(5000)
    expect(await at.service.assess()).toMatchObject([{ assessed: 1, step_up: 0, suspend: 0 }])
    const row = base.data()['risk']![ADA.keyId]!
    expect(row).toMatchObject({ score: 10, own: 0, features: { forged_day: 300 } })
    const [network] = Object.values(Object.values(base.data()['networks']!)[0]!)
    expect(Object.values(network!['signals']!)).toEqual([{ forged: 300 }])
    expect(await call(at)).toBe('accepted')
  })

  test('who have captured requests step it up at the most', async () => {
    const at = await start()
    const request = await signed(ADA, { created: seconds(base.clock) })
    for (let n = 0; n < 300; n += 1) await at.send(request)
    await at.service.flush()
    after(5000)
    await at.service.assess()
    expect(base.data()['risk']![ADA.keyId]).toMatchObject({ level: 'step_up', own: 0 })
  })
})

test('an install that pays no regard to its rate is found within a thousand requests', async () => {
  const at = await start({ requestsPerMinutePerInstall: 1 })
  for (let n = 0; n < 1000; n += 1) await call(at)
  await at.service.flush()
  after(5000)
  expect(await at.service.assess()).toMatchObject([{ step_up: 1 }])
})

test('registrations are counted for their network: issued, refused, wrong codes', async () => {
  const at = await start({ checkUidExists: false, registrationsPerMinutePerIp: 3 })
  const register = (otp?: string) =>
    at.send({
      method: 'POST',
      target: '/api/installs',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ deviceId: 'device-0001', uid: 'somebody', ...(otp && { otp }) }),
    })
  await register()
  const [slot] = Object.values(base.data()['users']!['somebody']!)
  const code = slot!['otp']!['code'] as unknown as string
  await register(code === '12345678' ? '87654321' : '12345678')
  expect((await register(code)).status).toBe(200)
  expect((await register()).status).toBe(429)
  await at.service.flush()
  const [network] = Object.values(Object.values(base.data()['networks']!)[0]!)
  expect(Object.values(network!['signals']!)).toEqual([{ otp: 1, installs: 1, refused: 1 }])
})

test('where it is off nothing is assessed, and no number is counted', async () => {
  const at = await start({ behaviour: 'off' })
  countFor(base, ADA.keyId, { otp: 20, login: 20 })
  const spent = await base.count(() => at.service.assess())
  expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
  expect(at.events).toContainEqual({ event: 'assess_off' })
  expect(await call(at)).toBe('accepted')
})
