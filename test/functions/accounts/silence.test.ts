import type { ServerResponse } from 'node:http'
import type { Caller } from '../../../functions/src/accounts/accounts.ts'
import { makeAccountKeys } from '../../../functions/src/accounts/accountKeys.ts'
import { makeAccountHandlers } from '../../../functions/src/accounts/handlers.ts'
import { makeAccountStore } from '../../../functions/src/accounts/store.ts'
import type { Database } from '../../../functions/src/database.ts'
import type { ApiRequest } from '../../../functions/src/http/apiRequest.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf, MASTER_SECRETS } from '../harness/key.ts'
import type { Received } from '../harness/send.ts'
import { signed } from '../harness/signed.ts'
import { A_MINUTE, startAccounts, wholly, type Backend } from './harness/backend.ts'
import { PARAMS, SECRET } from './sms/harness/params.ts'
import {
  startFakeProvider,
  type FakeAnswer,
  type FakeProvider,
} from './sms/harness/fakeProvider.ts'

/** What a provider takes for a text: longer than the answer waits, or there were nothing to hide. */
const PROVIDER_MS = 120
const ANSWER_MS = 60
const ROUNDS = 20

const PATHS = ['/api/register', '/api/resend_otp', '/api/password/reset'] as const
type Path = (typeof PATHS)[number]
const KINDS = ['existing', 'pending', 'unknown'] as const
type Kind = (typeof KINDS)[number]

const BLOCKS: Readonly<Record<Kind, string>> = {
  existing: '+4915112340',
  pending: '+4915112350',
  unknown: '+4915112360',
}

/** Each path has its own numbers. Of the unknown ones each is used once: then it has a sign-up. */
let unknownNumbers = 0
const numberOf = (kind: Kind, path: Path): string =>
  `${BLOCKS[kind]}${kind === 'unknown' ? 100 + unknownNumbers++ : `00${PATHS.indexOf(path)}`}`

const AMPLE = 1_000_000
const limits = {
  smsCooldownSeconds: 60,
  smsPerNumber10Minutes: AMPLE,
  smsPerNumberDay: AMPLE,
  smsPerInstallHour: AMPLE,
  smsPerPrefixHour: AMPLE,
  smsPerAddressHour: AMPLE,
  unverifiedPerCountryMax: AMPLE,
  unverifiedPerAddressMax: AMPLE,
}
const settings = {
  ...limits,
  smsCountries: new Set(['DE']),
  silentAnswerMs: ANSWER_MS,
  // Longer than a test may take: an answer that waited for a provider would not come.
  smsDeadlineMs: 60_000,
}

const key = keyOf(0)
let database: TestDatabase
let provider: FakeProvider
let instance: Instance
let backend: Backend

beforeAll(async () => {
  database = await startDatabase()
  provider = await startFakeProvider()
  provider.answer(slowly)
  backend = await startAccounts()
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
  await backend.close()
  await provider.close()
  await database.close()
})

const slowly: FakeAnswer = (_, response) => {
  setTimeout(() => response.writeHead(202).end(), PROVIDER_MS)
}

/** Accounts with a code that waits, so that a resend has something to send. */
async function makeAccountsOfEachKind(): Promise<void> {
  for (const path of PATHS) {
    for (const kind of ['existing', 'pending'] as const) {
      const { status } = await ask('/api/register', numberOf(kind, path))
      if (status !== 202) throw new Error(`sign-up of ${kind}: ${status}`)
    }
  }
  await instance.service.flush()
  const { accounts, ...rest } = database.data() as Record<string, Record<string, object>>
  const keys = makeAccountKeys(makeKeyring(MASTER_SECRETS), 1)
  for (const path of PATHS) {
    const id = keys.accountId(numberOf('existing', path))
    const verifiedAt = database.clock.ms
    const passwordHash = '$argon2id$never-read-here'
    const more = { state: 'verified', verifiedAt, passwordHash, pendingSince: null }
    accounts![id] = { ...accounts![id], ...more }
  }
  database.rtdb.import('demo-latchkey-default-rtdb', { ...rest, accounts })
  pastCooldown()
  for (const path of PATHS) await ask('/api/password/reset', numberOf('existing', path))
  await instance.service.flush()
}

async function ask(target: Path, phone: string): Promise<Received> {
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
    for (const kind of KINDS) answers.push(comparable(await ask(path, numberOf(kind, path))))
    expect(answers[0]!.status).toBe(202)
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  test('refuses the next text alike for every number', async () => {
    pastCooldown()
    const refusals = []
    for (const kind of KINDS) {
      const number = numberOf(kind, path)
      await ask(path, number)
      refusals.push(comparable(await ask(path, number)))
    }
    expect(refusals[0]!.status).toBe(429)
    expect(refusals[0]!.headers['retry-after']).toBe('60')
    expect(refusals[1]).toEqual(refusals[0])
    expect(refusals[2]).toEqual(refusals[0])
  })

  test('does not wait for a provider that never answers', async () => {
    pastCooldown()
    const before = provider.received.length
    const open: ServerResponse[] = []
    provider.answer((_, response) => open.push(response))
    // Whoever gets a text; and one more is not asked for while this one is under way.
    const kind = path === '/api/register' ? 'pending' : 'existing'
    expect((await ask(path, numberOf(kind, path))).status).toBe(202)
    while (open.length === 0) await new Promise(setImmediate)
    for (const response of open) response.writeHead(202).end()
    await instance.service.flush()
    expect(provider.received.length).toBe(before + 1)
    provider.answer(slowly)
  })

  test('does the same before its answer for every number, and reads no account', async () => {
    const operations: string[][] = []
    for (const kind of KINDS) {
      const number = numberOf(kind, path)
      const install = 1 + KINDS.length * PATHS.indexOf(path) + KINDS.indexOf(kind)
      const caller = await backend.caller(install, number)
      if (kind === 'existing') await backend.signUp(install, number, 'correct horse')
      if (kind === 'pending') await wholly(backend.accounts.register(caller, 'correct horse'))
      backend.clock.ms += A_MINUTE
      const { log, prepare } = recording(path)
      const work = await prepare(caller)
      operations.push([...log])
      await work()
      // What is hidden does have something to hide.
      expect(log.slice(operations.at(-1)!.length).join()).toContain('accounts')
    }
    expect(operations[0]).toEqual(['write breakers, budgets, cooldowns'])
    expect(operations[1]).toEqual(operations[0])
    expect(operations[2]).toEqual(operations[0])
  })
})

/** One of the three, on a database that notes which tables are asked for. */
function recording(path: Path) {
  const log: string[] = []
  const tableOf = (name: string) => name.split('/')[0]!
  const database: Database = {
    ...backend.database,
    read: (name) => {
      log.push(`read ${tableOf(name)}`)
      return backend.database.read(name)
    },
    write: (values) => {
      log.push(`write ${[...new Set(Object.keys(values).map(tableOf))].sort().join(', ')}`)
      return backend.database.write(values)
    },
  }
  const accounts = backend.accountsWith(
    {},
    { store: makeAccountStore(database), budgets: backend.budgetsWith(limits, database) },
  )
  const prepare = (caller: Caller) => {
    if (path === '/api/register') return accounts.register(caller, 'tell me nothing')
    return path === '/api/resend_otp' ? accounts.resend(caller) : accounts.requestReset(caller)
  }
  return { log, prepare }
}

test('the record of an idempotency key is finished with the answer, not with the work', async () => {
  let answer = (): void => undefined
  const steps: string[] = []
  const handlers = makeAccountHandlers({
    onCall: () => undefined,
    now: () => 0,
    accounts: { requestReset: () => Promise.resolve(() => Promise.resolve()) } as never,
    once: async (_, work) => {
      const answered = await work()
      steps.push('finished')
      return answered
    },
    unseen: {
      begin: async (_, work) => {
        await work()
        steps.push('worked')
        await new Promise<void>((resolve) => (answer = resolve))
        steps.push('time over')
      },
      ended: () => Promise.resolve(),
    },
    addressOf: () => '198.51.100.1',
    settings: { smsCountries: new Set(['DE']) },
  })
  const request = {
    requestId: 'request',
    incoming: { headers: {}, socket: { remoteAddress: '198.51.100.1' } },
    headers: { 'content-type': 'application/json' },
    rawBody: Buffer.from(JSON.stringify({ phone: numberOf('unknown', PATHS[0]) })),
    install: { keyId: key.keyId },
  } as unknown as ApiRequest
  const answering = handlers.resetPassword(request)
  while (!steps.includes('worked')) await new Promise(setImmediate)
  answer()
  expect(await answering).toEqual({ status: 202, body: { status: 'accepted' } })
  expect(steps).toEqual(['worked', 'time over', 'finished'])
})

test('answers take as long for every number: nobody could tell them apart by their order', async () => {
  const took = Object.fromEntries(
    PATHS.map((path) => [path, { existing: [], pending: [], unknown: [] }]),
  ) as unknown as Record<Path, Record<Kind, number[]>>
  const sent = { ...took['/api/register'], existing: 0, pending: 0, unknown: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    pastCooldown()
    // In another order each time, so that a slow moment of the machine hits all kinds.
    for (let at = 0; at < KINDS.length; at += 1) {
      const kind = KINDS[(at + round) % KINDS.length]!
      const before = provider.received.length
      await Promise.all(
        PATHS.map(async (path) => {
          const startedAt = performance.now()
          const { status } = await ask(path, numberOf(kind, path))
          took[path][kind].push(performance.now() - startedAt)
          expect(status).toBe(202)
        }),
      )
      await instance.service.flush()
      sent[kind] += provider.received.length - before
    }
  }
  // A text each for a sign-up, one more where a code waits, and for a reset: that is to be hidden, and
  // a provider takes longer for it than the answer.
  expect(sent).toEqual({ existing: 3 * ROUNDS, pending: 2 * ROUNDS, unknown: ROUNDS })
  for (const path of PATHS) {
    const { existing, pending, unknown } = took[path]
    for (const one of [existing, pending, unknown]) {
      expect(Math.min(...one)).toBeGreaterThanOrEqual(ANSWER_MS - 2)
    }
    for (const [one, other] of [
      [existing, unknown],
      [pending, unknown],
      [existing, pending],
    ] as const) {
      expect(Math.abs(isLonger(one, other) - 0.5)).toBeLessThan(MUST_DIFFER)
    }
  }
}, 60_000)

/**
 * How often one of the first kind took longer than one of the second (Mann-Whitney's U as a share): 0.5
 * when nothing tells, 0 or 1 when everything does. It has no unit, so a busy machine does not move it.
 */
function isLonger(ones: readonly number[], others: readonly number[]): number {
  const wins = ones.map((one) => others.filter((other) => one > other).length)
  return wins.reduce((sum, count) => sum + count, 0) / (ones.length * others.length)
}

/** Of twenty alike, the share is within this by all but one chance in a million (4.9 deviations). */
const MUST_DIFFER = 0.45
