import { issuerKeys, type IssuerKeys } from '../../../scripts/attest/issuerKeys.ts'
import {
  LOCAL_APP_ID,
  LOCAL_HOST,
  LOCAL_PROJECT_NUMBER,
  mintAppCheck,
  mintApproov,
  mintRecaptcha,
} from '../../../scripts/attest/mint.ts'
import { startIssuer, type Issuer } from '../../../scripts/attest/startIssuer.ts'
import { randomSecrets, secretIn } from '../../../scripts/local/secrets.ts'
import type { Config } from '../../../functions/src/config.ts'
import { dayOf } from '../../../functions/src/installs/store.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { ONCE, TEST_ROUTES } from '../harness/routes.ts'
import { signed } from '../harness/signed.ts'

// Attestation from the socket to the database, enforced, with the tokens that a developer has as well.

const CURRENT = '/api/installs/current'
const DAY_MS = 86_400_000
const secrets = randomSecrets()
let keys: IssuerKeys
let issuer: Issuer
let database: TestDatabase
const instances: Instance[] = []

beforeAll(async () => {
  keys = issuerKeys(secrets)
  issuer = await startIssuer(keys)
})
afterAll(() => issuer.close())
beforeEach(async () => {
  // The tokens of the issuer's siteverify have real times.
  database = await startDatabase({ installs: 4, clock: { ms: Date.now() } })
})
afterEach(async () => {
  await Promise.all(instances.splice(0).map((instance) => instance.close()))
  await database.close()
})

async function start(modes: Record<string, 'observe' | 'enforce'>, more: Partial<Config> = {}) {
  const instance = await startInstance(
    database,
    {
      attest: new Map(Object.entries(modes)),
      attestProviders: ['app-check', 'approov', 'recaptcha'],
      attestEmulatorHost: issuer.host,
      attestationSecrets: () => secretIn(secrets, 'ATTESTATION_SECRETS'),
      appCheckProjectNumber: LOCAL_PROJECT_NUMBER,
      appCheckAppIds: new Set([LOCAL_APP_ID]),
      recaptchaHosts: new Set([LOCAL_HOST]),
      usageFlushSeconds: 60,
      checkUidExists: false,
      ...more,
    },
    TEST_ROUTES,
  )
  instances.push(instance)
  return instance
}

/** Where every operation of the database is counted. */
const UNCOUNTED = { usageFlushSeconds: 0 }

type Headers = Readonly<Record<string, string>>
const appCheck = async (): Promise<Headers> => ({
  'X-Firebase-AppCheck': await mintAppCheck(keys, { now: seconds(database.clock) }),
})
const approov = async (n: number): Promise<Headers> => ({
  'Approov-Token': await mintApproov(keys, {
    apiKey: keyOf(n).apiKey,
    now: seconds(database.clock),
  }),
})
const recaptcha = async (action: string): Promise<Headers> => ({
  'X-Recaptcha-Token': await mintRecaptcha(keys, { action }),
})

async function call(
  at: Instance,
  n: number,
  headers: Headers = {},
  target = CURRENT,
  method = 'GET',
) {
  const request = await signed(keyOf(n), { created: seconds(database.clock), target, method })
  return at.send({ ...request, headers: { ...request.headers, ...headers } })
}
const register = (at: Instance, headers: Headers = {}, body: object = {}) =>
  at.send({
    method: 'POST',
    target: '/api/installs',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ deviceId: 'device-0001', uid: 'somebody', ...body }),
  })
const outcome = ({ status, json }: { status: number; json: Record<string, unknown> }) =>
  typeof json['code'] === 'string' ? `${status} ${json['code']}` : status
const recordOf = (n: number) => database.data()['installs']![keyOf(n).keyId]!

test('a route that enforces takes any of the providers, and nobody else', async () => {
  const at = await start({ installs: 'enforce' })
  expect(outcome(await call(at, 0))).toBe('401 attestation_failed')
  expect(outcome(await call(at, 0, await appCheck()))).toBe(200)
  expect(outcome(await call(at, 0, await approov(0)))).toBe(200)
  expect(outcome(await call(at, 0, await approov(1)))).toBe('401 attestation_failed')
  const visitor = await recaptcha('installs_current')
  expect(outcome(await call(at, 0, visitor))).toBe(200)
  expect(outcome(await call(at, 0, visitor))).toBe('401 attestation_failed')
  expect(outcome(await call(at, 0, await recaptcha('login')))).toBe('401 attestation_failed')
})

test('every cause is one answer; the log knows which it was', async () => {
  const at = await start({ installs: 'enforce' })
  const wrong = { 'X-Firebase-AppCheck': 'a.b.c' }
  const causes = [{}, wrong, await approov(1), await recaptcha('login')]
  const answers = await Promise.all(causes.map((headers) => call(at, 0, headers)))
  const texts = answers.map(({ text, json }) => text.replace(String(json['requestId']), ''))
  expect(new Set(texts).size).toBe(1)
  const reasons = at.events.flatMap((event) => (event.event === 'refused' ? event.reason : []))
  expect(reasons.sort()).toEqual([
    'app-check: malformed',
    'approov: other_key',
    'none: missing',
    'recaptcha: action',
  ])
})

test('the signature comes first: without one, no token is looked at', async () => {
  const at = await start({ installs: 'enforce' })
  const answer = await at.send({ target: CURRENT, headers: await appCheck() })
  expect(outcome(answer)).toBe('401 invalid_credentials')
  await at.service.flush()
  expect(database.data()['usage']?.[dayOf(database.clock.ms)]?.['unverified']).not.toHaveProperty(
    'attested',
  )
})

test('nothing is written for what is refused: neither a nonce nor a use', async () => {
  const at = await start({ [ONCE]: 'enforce' }, UNCOUNTED)
  await call(at, 0)
  database.clock.ms += DAY_MS
  const spent = await database.count(async () => {
    expect(outcome(await call(at, 0, {}, ONCE, 'POST'))).toBe('401 attestation_failed')
  })
  // After a day, its record is read again.
  expect(spent).toMatchObject({ writes: 0, denied: 0 })
  expect(database.data()).not.toHaveProperty('nonces')
  expect(outcome(await call(at, 0, await appCheck(), ONCE, 'POST'))).toBe(200)
})

test('where tokens are good once, one buys one request, and a replay uses up none', async () => {
  const at = await start({ [ONCE]: 'enforce' }, { attestOnce: new Set([ONCE]) })
  const token = await appCheck()
  expect(outcome(await call(at, 0, token, ONCE, 'POST'))).toBe(200)
  expect(outcome(await call(at, 1, token, ONCE, 'POST'))).toBe('401 attestation_failed')

  const fresh = await appCheck()
  const request = await signed(keyOf(2), {
    created: seconds(database.clock),
    target: ONCE,
    method: 'POST',
  })
  const other = await start({}, {})
  expect(outcome(await other.send(request))).toBe(200)
  // The same request once more, at another instance: the nonce is found used before the token is.
  const replayed = { ...request, headers: { ...request.headers, ...fresh } }
  expect(outcome(await at.send(replayed))).toBe('401 replayed')
  expect(outcome(await call(at, 3, fresh, ONCE, 'POST'))).toBe(200)
})

test('to observe is to log and to count, and everybody passes', async () => {
  const at = await start({ installs: 'observe' })
  expect(outcome(await call(at, 0))).toBe(200)
  expect(outcome(await call(at, 0, await appCheck()))).toBe(200)
  expect(outcome(await call(at, 0, await approov(1)))).toBe(200)
  await at.service.flush()
  const usage = database.data()['usage']![dayOf(database.clock.ms)]![keyOf(0).keyId]
  expect(usage).toMatchObject({
    requests: 3,
    attested: { 'none-missing': 1, 'app-check-attested': 1, 'approov-rejected': 1 },
  })
  expect(at.events).toContainEqual(
    expect.objectContaining({ event: 'observed', route: CURRENT, reason: 'approov: other_key' }),
  )
})

test('where it is off, a token is not even looked at', async () => {
  const at = await start({ open: 'enforce' })
  expect(outcome(await call(at, 0, { 'X-Firebase-AppCheck': 'nonsense' }))).toBe(200)
  await at.service.flush()
  const usage = database.data()['usage']![dayOf(database.clock.ms)]![keyOf(0).keyId]
  expect(usage).not.toHaveProperty('attested')
})

describe('the open endpoint', () => {
  test('writes nothing for whom it does not recognise, and takes nothing from what others share', async () => {
    const at = await start({ open: 'enforce' }, { strangerRegistrationsPerMinute: 1 })
    const spent = await database.count(async () => {
      for (let time = 0; time < 5; time += 1) {
        expect(outcome(await register(at))).toBe('401 attestation_failed')
      }
    })
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
    expect(outcome(await register(at, await appCheck()))).toBe(200)
  })

  test('looks at the shape first', async () => {
    const at = await start({ open: 'enforce' })
    expect(outcome(await register(at, {}, { uid: '' }))).toBe('400 invalid_request')
  })

  test('notes in the record what has registered, and the successor keeps it', async () => {
    const at = await start({ open: 'enforce' })
    await register(at, await appCheck())
    const { otp } = Object.values(database.data()['users']!['somebody']!)[0]!
    const { code } = otp as unknown as { code: string }
    expect(outcome(await register(at, await appCheck(), { otp: code }))).toBe(200)
    const records = Object.values(database.data()['installs']!)
    expect(records.map(({ attestation }) => attestation).filter(Boolean)).toEqual([
      {
        outcome: 'attested',
        provider: 'app-check',
        appId: LOCAL_APP_ID,
        at: database.clock.ms,
      },
    ])
  })
})

test('the record learns what uses the key with the daily write, and costs none of its own', async () => {
  const at = await start({ installs: 'observe' }, UNCOUNTED)
  await call(at, 0)
  const token = await appCheck()
  const warm = await database.count(async () => {
    for (let time = 0; time < 5; time += 1) await call(at, 0, token)
  })
  expect(warm).toEqual({ reads: 0, writes: 0, denied: 0 })
  expect(recordOf(0)).not.toHaveProperty('attestation')
  database.clock.ms += DAY_MS
  expect((await database.count(async () => call(at, 0, await appCheck()))).writes).toBe(1)
  expect(recordOf(0)['attestation']).toMatchObject({ outcome: 'attested', provider: 'app-check' })
  database.clock.ms += DAY_MS
  await call(at, 0)
  expect(recordOf(0)['attestation']).toEqual({
    outcome: 'missing',
    provider: 'none',
    at: database.clock.ms,
  })
})

describe('while the provider cannot be asked', () => {
  test.each(['app-check', 'recaptcha'] as const)(
    '%s: enforced is 503, observed passes and is counted',
    async (provider) => {
      const nobody = { attestEmulatorHost: '127.0.0.1:9' }
      const headers =
        provider === 'app-check' ? await appCheck() : await recaptcha('installs_current')
      const strict = await start({ installs: 'enforce' }, nobody)
      const refused = await call(strict, 0, headers)
      expect(outcome(refused)).toBe('503 unavailable')
      expect(refused.headers['retry-after']).toBe('2')
      const lenient = await start({ installs: 'observe' }, nobody)
      expect(outcome(await call(lenient, 0, headers))).toBe(200)
      await lenient.service.flush()
      const usage = database.data()['usage']![dayOf(database.clock.ms)]![keyOf(0).keyId]
      expect(usage).toMatchObject({ attested: { [`${provider}-unreachable`]: 1 } })
    },
  )
})

test('secrets that are not what a provider needs let nobody in, and keep nobody out who is observed', async () => {
  const none = { attestationSecrets: () => '{}' }
  const strict = await start({ installs: 'enforce' }, none)
  expect(outcome(await call(strict, 0, await appCheck()))).toBe('503 unavailable')
  expect(strict.events).toContainEqual(expect.objectContaining({ event: 'failed' }))
  const lenient = await start({ installs: 'observe' }, none)
  expect(outcome(await call(lenient, 0))).toBe(200)
})

test('no token is in any line of the log', async () => {
  const at = await start({ installs: 'enforce', open: 'observe' })
  const tokens = [await appCheck(), await approov(1), await recaptcha('login')]
  for (const token of tokens) {
    await call(at, 0, token)
    await register(at, token)
  }
  const log = JSON.stringify(at.events)
  for (const token of tokens) expect(log).not.toContain(Object.values(token)[0]!.slice(0, 40))
})
