import { makeAccountKeys } from '../../../functions/src/accounts/accountKeys.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf, MASTER_SECRETS } from '../harness/key.ts'
import type { Received } from '../harness/send.ts'
import { signed } from '../harness/signed.ts'
import { PARAMS, SECRET } from './sms/harness/params.ts'
import { startFakeProvider, type FakeProvider } from './sms/harness/fakeProvider.ts'

/** What a provider takes for a text: far more than the tolerance, far less than the answer waits. */
const PROVIDER_MS = 120
const ANSWER_MS = 350
/** A busy machine moves a timer; a provider that could be heard would move the answers by its time. */
const TOLERANCE_MS = PROVIDER_MS / 2
const ROUNDS = 7

const PATHS = ['/api/register', '/api/resend_otp', '/api/password/reset'] as const
const KINDS = ['existing', 'pending', 'unknown'] as const
type Kind = (typeof KINDS)[number]

const NUMBERS: Readonly<Record<Kind, string>> = {
  existing: '+4915112340001',
  pending: '+4915112350001',
  unknown: '+4915112360001',
}

const AMPLE = 1_000_000
const settings = {
  smsCountries: new Set(['DE']),
  silentAnswerMs: ANSWER_MS,
  smsCooldownSeconds: 60,
  smsPerNumber10Minutes: AMPLE,
  smsPerNumberDay: AMPLE,
  smsPerInstallHour: AMPLE,
  smsPerPrefixHour: AMPLE,
  smsPerAddressHour: AMPLE,
  unverifiedPerCountryMax: AMPLE,
  unverifiedPerAddressMax: AMPLE,
}

const key = keyOf(0)
let database: TestDatabase
let provider: FakeProvider
let instance: Instance

beforeAll(async () => {
  database = await startDatabase()
  provider = await startFakeProvider()
  provider.answer((_, response) => {
    setTimeout(() => response.writeHead(202).end(), PROVIDER_MS)
  })
  instance = await startInstance(database, {
    ...settings,
    smsParams: () => ({
      ...PARAMS,
      SMS_SENDER: 'webhook',
      SMS_WEBHOOK_URL: provider.url,
      SMS_WEBHOOK_KEY_ID: 'main',
      SMS_SECRET: SECRET,
    }),
  })
  await makeAccountsOfEachKind()
})

afterAll(async () => {
  await instance.close()
  await provider.close()
  await database.close()
})

async function makeAccountsOfEachKind(): Promise<void> {
  for (const kind of ['existing', 'pending'] as const) {
    const { status } = await ask('/api/register', NUMBERS[kind])
    if (status !== 202) throw new Error(`sign-up of ${kind}: ${status}`)
  }
  const id = makeAccountKeys(makeKeyring(MASTER_SECRETS), 1).accountId(NUMBERS.existing)
  const { accounts, ...rest } = database.data() as Record<string, Record<string, object>>
  const verified = {
    state: 'verified',
    verifiedAt: database.clock.ms,
    passwordHash: '$argon2id$never-read-here',
  }
  const account = { ...accounts![id], ...verified }
  database.rtdb.import('demo-latchkey-default-rtdb', {
    ...rest,
    accounts: { ...accounts, [id]: account },
  })
}

async function ask(target: string, phone: string): Promise<Received> {
  const body = JSON.stringify({
    phone,
    ...(target === '/api/register' && { password: 'tell me nothing' }),
  })
  const request = { method: 'POST', target, body, created: seconds(database.clock) }
  return instance.send(await signed(key, request))
}

/** The answer without what differs between any two: request ID, date, and what the key has left. */
function comparable({ status, headers, headerNames, text }: Received) {
  const alike = Object.entries(headers).filter(([name]) => !OF_ITS_OWN.has(name))
  return { status, headers: Object.fromEntries(alike), headerNames, text: text.replace(ID, '') }
}
const OF_ITS_OWN = new Set(['x-request-id', 'date', 'ratelimit'])
const ID = /"requestId":"[^"]+"/

const pastCooldown = () => (database.clock.ms += 61_000)

describe.each(PATHS)('%s', (path) => {
  test('answers the same bytes for every number', async () => {
    pastCooldown()
    const answers = []
    for (const kind of KINDS) answers.push(comparable(await ask(path, NUMBERS[kind])))
    expect(answers[0]!.status).toBe(202)
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  test('refuses the next text alike for every number', async () => {
    pastCooldown()
    for (const kind of KINDS) await ask(path, NUMBERS[kind])
    const refusals = []
    for (const kind of KINDS) refusals.push(comparable(await ask(path, NUMBERS[kind])))
    expect(refusals[0]!.status).toBe(429)
    expect(refusals[0]!.headers['retry-after']).toBe('60')
    expect(refusals[1]).toEqual(refusals[0])
    expect(refusals[2]).toEqual(refusals[0])
  })
})

test('a reset takes as long without an account, whose owner is sent nothing', async () => {
  const took: Record<Kind, number[]> = { existing: [], pending: [], unknown: [] }
  const sent: Record<Kind, number> = { existing: 0, pending: 0, unknown: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    pastCooldown()
    // In another order each time, so that a slow moment of the machine hits all kinds.
    for (let at = 0; at < KINDS.length; at += 1) {
      const kind = KINDS[(at + round) % KINDS.length]!
      const before = provider.received.length
      const startedAt = performance.now()
      await ask('/api/password/reset', NUMBERS[kind])
      took[kind].push(performance.now() - startedAt)
      sent[kind] += provider.received.length - before
    }
  }
  // The work differs by the whole time that a provider takes: without the fixed time, it would show.
  expect(sent).toEqual({ existing: ROUNDS, pending: 0, unknown: 0 })
  for (const part of [0.25, 0.5, 0.75]) {
    const [existing, ...others] = KINDS.map((kind) => quantile(took[kind], part))
    expect(existing).toBeGreaterThanOrEqual(ANSWER_MS - 2)
    for (const other of others) expect(Math.abs(other - existing!)).toBeLessThan(TOLERANCE_MS)
  }
}, 60_000)

const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(part * (values.length - 1))]!
