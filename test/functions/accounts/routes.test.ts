import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ERRORS, type ErrorCode } from '@latchkey/protocol'
import { makeAccountKeys } from '../../../functions/src/accounts/accountKeys.ts'
import type { Config } from '../../../functions/src/config.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { listen, startInstance, type Instance } from '../harness/instance.ts'
import { keyOf, MASTER_SECRETS } from '../harness/key.ts'
import type { Received } from '../harness/send.ts'
import { signed } from '../harness/signed.ts'
import { PARAMS } from './sms/harness/params.ts'

// The six routes by HTTP: every error they can give, and what may never be read anywhere (T23, T24).

let database: TestDatabase
let instance: Instance
let auth: Server
let folder: string
let printed: jest.SpyInstance

const outbox = () => join(folder, 'outbox.jsonl')
const settings = (): Partial<Config> => ({
  smsCountries: new Set(['DE']),
  silentAnswerMs: 0,
  isEmulated: true,
  smsParams: () => ({ ...PARAMS, SMS_SENDER: 'console', SMS_OUTBOX_FILE: outbox() }),
  passwordWaitMs: 3000,
})

beforeAll(async () => {
  // Auth knows no user: who has never signed in has no session to end. Tokens need no server.
  auth = createServer((_, res) => res.setHeader('content-type', 'application/json').end('{}'))
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = `127.0.0.1:${await listen(auth)}`
  process.env['SMS_SECRET'] = 'unused'
  folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  printed = jest.spyOn(console, 'info').mockImplementation(() => undefined)
})
beforeEach(async () => {
  database = await startDatabase({ installs: 40 })
  instance = await startInstance(database, settings())
})
afterEach(async () => {
  await instance.close()
  await database.close()
})
afterAll(async () => {
  delete process.env['FIREBASE_AUTH_EMULATOR_HOST']
  auth.closeAllConnections()
  auth.close()
  printed.mockRestore()
  await rm(folder, { recursive: true })
})

const PHONE = '+4915112345678'
const PASSWORD = 'correct horse'
const ROUTES = {
  register: { phone: PHONE, password: PASSWORD },
  resend_otp: { phone: PHONE },
  'password/reset': { phone: PHONE },
  verify_otp: { phone: PHONE, otp: '000000' },
  'password/confirm': { phone: PHONE, otp: '000000', password: PASSWORD },
  login: { phone: PHONE, password: PASSWORD },
} as const
type Route = keyof typeof ROUTES
const ALL = Object.keys(ROUTES) as Route[]
const SILENT: readonly Route[] = ['register', 'resend_otp', 'password/reset']

interface Sending {
  readonly body?: unknown
  readonly install?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly contentType?: string
}

async function post(route: Route, sending: Sending = {}): Promise<Received> {
  const { body = ROUTES[route], install = 1, headers, contentType } = sending
  const request = await signed(keyOf(install), {
    method: 'POST',
    target: `/api/${route}`,
    created: seconds(database.clock),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(contentType !== undefined && { contentType }),
  })
  const received = await instance.send({ ...request, headers: { ...request.headers, ...headers } })
  // What the answer does not wait for.
  await instance.service.flush()
  return received
}

function expectProblem(received: Received, code: ErrorCode, more: object = {}): void {
  const { status, title, detail } = ERRORS[code]
  expect(received.json).toEqual({
    type: `/errors.html#${code}`,
    title,
    status,
    detail,
    code,
    requestId: received.headers['x-request-id'],
    ...more,
  })
  expect(received.status).toBe(status)
  expect(received.headers['content-type']).toBe('application/problem+json')
}

const lastCode = (): string => {
  const lines = readFileSync(outbox(), 'utf8').trim().split('\n')
  return (JSON.parse(lines.at(-1)!) as { code: string }).code
}

const without = (name: string, all: object): object =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== name))

const fault = (pointer: string, detail: string) => ({ errors: [{ pointer, detail }] })

describe.each(ALL)('errors of %s', (route) => {
  const refused = async (sending: Sending, code: ErrorCode, more?: object) =>
    expectProblem(await post(route, sending), code, more)

  test('a body that is not of its form', async () => {
    await refused({ body: '{' }, 'invalid_request', fault('#', 'must be JSON in UTF-8'))
    await refused({ body: [] }, 'invalid_request', fault('#', 'must be an object'))
    const phoneless = without('phone', ROUTES[route])
    const form = 'must be a phone number in E.164 form'
    await refused({ body: phoneless }, 'invalid_request', {
      errors: expect.arrayContaining([{ pointer: '#/phone', detail: form }]) as unknown,
    })
    const strange = { ...ROUTES[route], 'secret of the sender': 1 }
    await refused({ body: strange }, 'invalid_request', fault('#', 'must have no other fields'))
    for (const phone of ['015112345678', '+49 151 12345678', 4915112345678]) {
      const body = { ...ROUTES[route], phone }
      await refused({ body }, 'invalid_request', fault('#/phone', form))
    }
  })

  test('a number that texts are not sent to', async () => {
    const detail = 'must be a mobile number of a served country'
    for (const phone of ['+499001234567', '+442079460000', '+4930123456', '+881612345678']) {
      const body = { ...ROUTES[route], phone }
      await refused({ body }, 'invalid_request', fault('#/phone', detail))
    }
  })

  test('passwords and codes of another form', async () => {
    if ('password' in ROUTES[route]) {
      for (const password of ['seven 7', 'x'.repeat(129), 'tab\tinside', 12345678]) {
        const body = { ...ROUTES[route], password }
        const detail = 'must be 8 to 128 characters'
        await refused({ body }, 'invalid_request', fault('#/password', detail))
      }
    }
    if ('otp' in ROUTES[route]) {
      for (const otp of ['12345', '1234567', '12345a', 123456, '１２３４５６']) {
        const body = { ...ROUTES[route], otp }
        await refused({ body }, 'invalid_request', fault('#/otp', 'must be 6 digits'))
      }
    }
  })

  test('another media type, another method, a body that is too large', async () => {
    await refused({ contentType: 'text/plain' }, 'unsupported_media_type')
    await refused({ body: `"${'x'.repeat(16 * 1024)}"` }, 'payload_too_large')
    expectProblem(
      await instance.send({ method: 'GET', target: `/api/${route}`, headers: {} }),
      'method_not_allowed',
    )
  })

  test('no signature, a replay, no scope', async () => {
    const target = `/api/${route}`
    const bare = { method: 'POST', target, headers: {}, body: '{}' }
    expectProblem(await instance.send(bare), 'invalid_credentials')
    const request = await signed(keyOf(1), {
      method: 'POST',
      target,
      created: seconds(database.clock),
      body: JSON.stringify(ROUTES[route]),
    })
    await instance.send(request)
    expectProblem(await instance.send(request), 'replayed')
    const rows = database.data()['installs'] as Record<string, object>
    const { keyId } = keyOf(2)
    database.seed('installs', { ...rows, [keyId]: { ...rows[keyId], scopes: null } })
    await refused({ install: 2 }, 'scope_missing')
  })
})

test.each(SILENT)('%s refuses a country that is not served', async (route) => {
  expectProblem(
    await post(route, { body: { ...ROUTES[route], phone: '+33612345678' } }),
    'invalid_request',
    fault('#/phone', 'must be a mobile number of a served country'),
  )
})

test.each(SILENT)('%s: budget, and the three errors of an idempotency key', async (route) => {
  const headers = { 'Idempotency-Key': 'one' }
  expect((await post(route, { headers })).status).toBe(202)
  expect((await post(route, { headers })).status).toBe(202)
  const body = { ...ROUTES[route], phone: '+4915112345679' }
  expectProblem(await post(route, { headers, body }), 'idempotency_mismatch')
  expectProblem(await post(route, { headers: { 'Idempotency-Key': 'a b' } }), 'invalid_request')
  const [name] = Object.keys(database.data()['idempotency']!)
  const running = without('answer', database.data()['idempotency']![name!]!)
  database.seed('idempotency', { [name!]: running })
  expectProblem(await post(route, { headers }), 'conflict')

  const limited = await post(route)
  expectProblem(limited, 'sms_budget_exhausted')
  expect(limited.headers).toMatchObject({
    'retry-after': '60',
    'ratelimit-policy': '"number-cooldown";q=1;w=60',
    ratelimit: '"number-cooldown";r=0;t=60',
  })
})

test('verify_otp and password/confirm reject a code, and login a password, in one way each', async () => {
  expectProblem(await post('verify_otp'), 'otp_rejected')
  expectProblem(await post('password/confirm'), 'otp_rejected')
  expectProblem(await post('login'), 'login_rejected')
})

test('login refuses the 21st try of an hour, and says when the hour is over', async () => {
  const hour = Math.floor(database.clock.ms / 3_600_000)
  // Its place's, whichever key it has now.
  const { uid, slot } = keyOf(1)
  const install = makeAccountKeys(makeKeyring(MASTER_SECRETS), 1).limitKey(
    'install',
    `${uid}/${slot}`,
  )
  database.seed('logins', { [hour]: { install: { [install]: 20 } } })
  const limited = await post('login')
  expectProblem(limited, 'rate_limited')
  const left = Math.ceil(((hour + 1) * 3_600_000 - database.clock.ms) / 1000)
  expect(limited.headers['retry-after']).toBe(String(left))
})

test('a country that is served no more: nobody signs up, everybody logs in', async () => {
  await post('register')
  await post('verify_otp', { body: { phone: PHONE, otp: lastCode() } })
  await instance.close()
  instance = await startInstance(database, { ...settings(), smsCountries: new Set<string>() })
  database.clock.ms += 60_000
  expectProblem(
    await post('register'),
    'invalid_request',
    fault('#/phone', 'must be a mobile number of a served country'),
  )
  expect((await post('login')).status).toBe(200)
})

test('the silent routes answer the same bytes for an account, a pending one and none', async () => {
  await post('register')
  await post('verify_otp', { body: { phone: PHONE, otp: lastCode() } })
  const pending = '+4915112445678'
  await post('register', { install: 2, body: { phone: pending, password: PASSWORD } })
  database.clock.ms += 60_000
  let install = 3
  for (const route of SILENT) {
    const seen = new Set<string>()
    for (const phone of [PHONE, pending, '+4915112545678']) {
      const received = await post(route, {
        install: install++,
        body: { ...ROUTES[route], phone },
      })
      const headers = without('date', without('x-request-id', received.headers))
      seen.add(JSON.stringify([received.status, headers, received.text]))
    }
    expect(seen.size).toBe(1)
    database.clock.ms += 60_000
  }
})

describe('what may never be read anywhere', () => {
  const SECOND = 'second canary password'
  const FIRST = 'first canary password'
  const KEY = 'idempotency-canary'

  /** Ways in which somebody might write a secret down. */
  const writings = (secret: string): string[] => {
    const bytes = Buffer.from(secret)
    const hashes = ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) =>
      (['hex', 'base64', 'base64url'] as const).map((encoding) =>
        createHash(name).update(bytes).digest(encoding),
      ),
    )
    return [
      secret,
      secret.replace('+', ''),
      encodeURIComponent(secret),
      [...secret].reverse().join(''),
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      ...hashes.map((hash) => hash.replace(/=+$/, '')),
    ]
  }

  test('no number, password, code or key in a log line, an answer or the database', async () => {
    const said: string[] = []
    const dumps: string[] = []
    const codes: string[] = []
    const bodies: string[] = []
    const call = async (route: Route, body: object) => {
      const headers = SILENT.includes(route) ? { 'Idempotency-Key': `${KEY}-${bodies.length}` } : {}
      bodies.push(JSON.stringify(body))
      const { headers: answered, text } = await post(route, { body, headers })
      const { customToken } = JSON.parse(text) as { customToken?: string }
      said.push(JSON.stringify(answered), customToken === undefined ? text : claimsOf(customToken))
      dumps.push(JSON.stringify(database.data()))
    }
    const phone = PHONE
    await call('register', { phone, password: FIRST })
    codes.push(lastCode())
    await call('register', { phone, password: FIRST })
    await call('verify_otp', { phone, otp: codes[0] })
    await call('login', { phone, password: FIRST })
    await call('login', { phone, password: `${FIRST}!` })
    database.clock.ms += 60_000
    await call('password/reset', { phone })
    codes.push(lastCode())
    await call('password/confirm', { phone, otp: codes[1], password: SECOND })
    await call('login', { phone, password: SECOND })
    await call('verify_otp', { phone: `${phone}\0`, otp: codes[1] })
    database.clock.ms += 60_000
    await call('resend_otp', { phone })

    expect(said.join()).toContain('accepted')
    expect(instance.events.some(({ event }) => event === 'sms_sent')).toBe(true)
    const secrets = [
      phone,
      FIRST,
      SECOND,
      KEY,
      keyOf(1).apiKey,
      keyOf(1).secret.toString('base64url'),
    ]
    const log = JSON.stringify(instance.events)
    for (const [place, text] of Object.entries({ log, said: said.join(), dumps: dumps.join() })) {
      for (const secret of secrets.flatMap(writings)) {
        expect({ place, secret, isThere: text.includes(secret) }).toMatchObject({ isThere: false })
      }
      // Six digits come up by chance in a time or an ID, so a code counts as there only by itself.
      for (const code of codes)
        expect(text).not.toMatch(new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`))
    }
    // Nor a hash of a whole body, from which numbers and passwords could be tried.
    for (const body of bodies) {
      for (const path of ['', ...ALL.map((route) => `/api/${route}\n`)]) {
        const hash = createHash('sha256')
          .update(path + body)
          .digest('base64url')
        expect(dumps.join()).not.toContain(hash)
      }
    }
  })

  const claimsOf = (token: string): string =>
    Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')
})
