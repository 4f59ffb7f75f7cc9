import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ERRORS, type ErrorCode } from '@latchkey/protocol'
import type { Config } from '../../functions/src/config.ts'
import { PARAMS } from '../functions/accounts/sms/harness/params.ts'
import { rowOf, seconds, startDatabase, type TestDatabase } from '../functions/harness/database.ts'
import { listen, startInstance, type Instance } from '../functions/harness/instance.ts'
import { keyOf, type Key } from '../functions/harness/key.ts'
import type { Received } from '../functions/harness/send.ts'
import { newNonce, signed, type Outgoing } from '../functions/harness/signed.ts'
import { codesAt, DOCUMENT, faultsOf } from './conformance.ts'

// What the document says that an operation can answer, it does answer: each code of each operation is brought
// about at a whole service, and the answer compared with the document.

let database: TestDatabase
/** With the limits that are for many callers out of the way; and one that lets one request pass. */
let instance: Instance
let strict: Instance
/** Its memory of nonces holds one. */
let full: Instance
/** Wants to know what calls. */
let attesting: Instance
/** Takes encrypted bodies only. */
let demanding: Instance
let auth: Server
let folder: string
let printed: jest.SpyInstance

beforeAll(async () => {
  // Auth knows no user; tokens need no server.
  auth = createServer((_, res) => res.setHeader('content-type', 'application/json').end('{}'))
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = `127.0.0.1:${await listen(auth)}`
  folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  printed = jest.spyOn(console, 'info').mockImplementation(() => undefined)
  const settings: Partial<Config> = {
    smsCountries: new Set(['DE']),
    silentAnswerMs: 50,
    isEmulated: true,
    checkUidExists: false,
    smsParams: () => ({ ...PARAMS, SMS_SENDER: 'console', SMS_OUTBOX_FILE: outbox() }),
    registrationsPerMinutePerIp: 1_000_000,
    strangerRegistrationsPerMinute: 1_000_000,
    smsPerAddressHour: 1_000_000,
    smsPerCountryHour: 1_000_000,
    smsPerPrefixHour: 1_000_000,
    unverifiedPerAddressMax: 1_000_000,
    unverifiedPerCountryMax: 1_000_000,
  }
  database = await startDatabase({ installs: 0 })
  instance = await startInstance(database, settings)
  strict = await startInstance(database, {
    ...settings,
    registrationsPerMinutePerIp: 1,
    requestsPerMinutePerInstall: 1,
  })
  full = await startInstance(database, { ...settings, nonceMemoryMax: 1 })
  const groups = ['open', 'sms', 'accounts', 'installs'].map((group) => [group, 'enforce'] as const)
  attesting = await startInstance(database, { ...settings, attest: new Map(groups) })
  const demanded = ['sms', 'accounts', 'installs'].map((group) => [group, 'require'] as const)
  demanding = await startInstance(database, { ...settings, encryption: new Map(demanded) })
})
afterAll(async () => {
  await Promise.all([instance.close(), strict.close(), full.close(), attesting.close()])
  await demanding.close()
  await database.close()
  delete process.env['FIREBASE_AUTH_EMULATOR_HOST']
  auth.closeAllConnections()
  auth.close()
  printed.mockRestore()
  await rm(folder, { recursive: true })
})

const outbox = () => join(folder, 'outbox.jsonl')

interface Operation {
  readonly method: string
  readonly path: string
  readonly isSigned: boolean
  readonly scope: string | undefined
}

interface Documented {
  readonly 'x-latchkey-guard': { readonly kind: string; readonly scope?: string }
}

const OPERATIONS = Object.entries(DOCUMENT.paths)
  // What is behind the gateway is another API: test/e2e/gateway.test.ts.
  .filter(([path]) => !path.includes('{'))
  .flatMap(([path, item]) =>
    Object.entries(item).map(([verb, documented]) => {
      const { kind, scope } = (documented as unknown as Documented)['x-latchkey-guard']
      const operation: Operation = {
        method: verb.toUpperCase(),
        path,
        isSigned: kind === 'signed',
        scope,
      }
      return { operation, codes: [...codesAt(documented).values()].flat() as ErrorCode[] }
    }),
  )

let made = 0

/** A new key, with this record. */
function newKey(change: object = {}): Key {
  const key = keyOf(made++)
  const row = { ...rowOf(key, database.clock), ...change }
  database.seed('installs', { ...database.data()['installs'], [key.keyId]: row })
  return key
}

/** A German mobile number that nobody has, for each body another. */
const newPhone = (): string => `+49151${String(10_000_000 + made++ * 7)}`

/** A body that the operation takes; undefined where it takes none. */
function bodyOf({ path }: Operation): Record<string, string> | undefined {
  const phone = newPhone()
  const password = 'correct horse'
  switch (path) {
    case '/api/installs':
      return { deviceId: `device-${made++}-x`, uid: `uid-of-${made++}` }
    case '/api/register':
    case '/api/login':
      return { phone, password }
    case '/api/resend_otp':
    case '/api/password/reset':
      return { phone }
    case '/api/verify_otp':
      return { phone, otp: '000000' }
    case '/api/password/confirm':
      return { phone, otp: '000000', password }
    default:
      return undefined
  }
}

interface Ask {
  readonly key?: Key
  readonly body?: unknown
  readonly created?: number
  readonly nonce?: string
  readonly contentType?: string
  readonly headers?: Record<string, string>
  readonly at?: Instance
}

async function requestTo(operation: Operation, ask: Ask = {}): Promise<Outgoing> {
  const { method, path: target, isSigned } = operation
  const { body = bodyOf(operation), created = seconds(database.clock), headers = {} } = ask
  const text = body === undefined ? undefined : JSON.stringify(body)
  if (!isSigned) {
    const type: Record<string, string> =
      text === undefined ? {} : { 'content-type': 'application/json' }
    const more = text === undefined ? {} : { body: text }
    return { method, target, headers: { ...type, ...headers }, ...more }
  }
  const key = ask.key ?? newKey()
  const more = {
    ...(text !== undefined && { body: text }),
    ...(ask.nonce !== undefined && { nonce: ask.nonce }),
    ...(ask.contentType !== undefined && { contentType: ask.contentType }),
  }
  const request = await signed(key, { method, target, created, ...more })
  return { ...request, headers: { ...request.headers, ...headers } }
}

/** Sends, and compares what comes with the document. */
async function send(request: Outgoing, at = instance): Promise<Received> {
  const received = await at.send(request)
  const { status, headers, text } = received
  const header = (name: string) => headers[name.toLowerCase()]?.toString() ?? null
  const { method, target: path } = request
  expect(faultsOf({ method, path, status, header, text })).toEqual([])
  return received
}

const call = async (operation: Operation, ask: Ask = {}): Promise<Received> =>
  send(await requestTo(operation, ask), ask.at)

/** The second of two requests: the first one by the same key, or from the same address. */
async function second(operation: Operation, at: Instance): Promise<Received> {
  const key = newKey()
  await call(operation.isSigned ? CURRENT : operation, { key, at })
  return call(operation, { key, at })
}

/** Changes nothing, so that the key is afterwards as it was. */
const CURRENT: Operation = {
  method: 'GET',
  path: '/api/installs/current',
  isSigned: true,
  scope: undefined,
}

/** Of RFC 7517 appendix A.1. */
const PUBLIC_KEY = JSON.stringify({
  ...{ crv: 'P-256', kty: 'EC' },
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
})

/** A way to each code. */
const WAYS: Partial<Record<ErrorCode, (operation: Operation) => Promise<Received>>> = {
  invalid_request: (operation) =>
    bodyOf(operation) === undefined
      ? call(operation, { headers: { 'transfer-encoding': 'gzip, chunked' } })
      : call(operation, { body: { more: 1 } }),
  origin_not_allowed: (operation) =>
    call(operation, { headers: { origin: 'https://elsewhere.example' } }),
  payload_too_large: async (operation) => {
    const { method, target, headers } = await requestTo(operation)
    const body = 'x'.repeat(16_385)
    return send({ method, target, body, headers: { ...headers, 'content-length': '16385' } })
  },
  unsupported_media_type: (operation) => call(operation, { headers: { 'content-encoding': 'br' } }),
  invalid_credentials: (operation) =>
    operation.isSigned
      ? call({ ...operation, isSigned: false })
      : call(operation, { headers: { authorization: 'Bearer forged' } }),
  clock_skew: (operation) => call(operation, { created: seconds(database.clock) - 1000 }),
  replayed: async (operation) => {
    const ask = { key: newKey(), nonce: newNonce() }
    await call(CURRENT, ask)
    return call(operation, ask)
  },
  key_revoked: (operation) => call(operation, { key: newKey({ status: 'revoked' }) }),
  key_suspended: async (operation) => {
    if (operation.isSigned) return call(operation, { key: newKey({ status: 'suspended' }) })
    return registerAgain(operation)
  },
  key_superseded: (operation) => call(operation, { key: newKey({ status: 'superseded' }) }),
  key_dormant: (operation) => call(operation, { key: newKey({ status: 'dormant' }) }),
  scope_missing: (operation) => call(operation, { key: newKey({ scopes: { other: true } }) }),
  attestation_failed: (operation) => call(operation, { at: attesting }),
  decryption_failed: (operation) =>
    call(operation, {
      key: newKey({ encryption: { kind: 'device-key', publicKey: PUBLIC_KEY } }),
      ...{ body: 'no JWE', contentType: 'application/jose' },
      // Node's client sends the body of a GET only when it is told its length.
      headers: { 'content-length': '8' },
    }),
  encryption_required: (operation) => call(operation, { at: demanding }),
  rate_limited: (operation) => second(operation, strict),
  unavailable: (operation) => second(operation, full),
  otp_rejected: (operation) =>
    operation.isSigned
      ? call(operation)
      : call(operation, { body: { ...bodyOf(operation), otp: '00000000' } }),
  login_rejected: (operation) => call(operation),
  conflict: async (operation) => {
    // Its record is no longer the one that the successor is to follow.
    if (operation.scope === undefined) {
      return call(operation, { key: newKey({ status: 'superseded', graceUntil: 1e15 }) })
    }
    const [key, body] = [newKey(), bodyOf(operation)]
    const ask = { key, body, headers: { 'idempotency-key': 'one' } }
    const answers = await Promise.all([call(operation, ask), call(operation, ask)])
    return answers.find(({ status }) => status === 409) ?? answers[0]
  },
  idempotency_mismatch: async (operation) => {
    const ask = { key: newKey(), headers: { 'idempotency-key': 'one' } }
    await call(operation, ask)
    return call(operation, ask)
  },
  sms_budget_exhausted: async (operation) => {
    const ask = { key: newKey(), body: bodyOf(operation) }
    await call(operation, ask)
    return call(operation, ask)
  },
}

/** Both steps, the key suspended, and both steps again. */
async function registerAgain(operation: Operation): Promise<Received> {
  const body = bodyOf(operation)!
  const otpOf = () => {
    const [slot] = Object.values(database.data()['users']![body['uid']!]!)
    return (slot!['otp'] as unknown as { code: string }).code
  }
  await call(operation, { body })
  await call(operation, { body: { ...body, otp: otpOf() } })
  const installs = database.data()['installs']!
  const [keyId, row] = Object.entries(installs).find(
    ([, { uid }]) => (uid as unknown as string) === body['uid'],
  )!
  database.seed('installs', { ...installs, [keyId]: { ...row, status: 'suspended' } })
  database.clock.ms += 61_000
  await call(operation, { body })
  return call(operation, { body: { ...body, otp: otpOf() } })
}

/** What is documented because nobody can rule it out, and what only time brings about. */
const NOT_HERE: Readonly<Record<string, string>> = {
  internal: 'a fault that nobody has foreseen: test/functions/handler.test.ts makes one',
  'unavailable GET /api/health': 'a body that takes longer than 9 s',
  'unavailable GET /api/openapi.json': 'a body that takes longer than 9 s',
  'unavailable GET /api/keys': 'a body that takes longer than 9 s',
  'unavailable POST /api/installs': 'a database that is away: test/functions/installs',
  'conflict DELETE /api/installs/current': 'a record that changes at that very moment',
}

const cases = OPERATIONS.flatMap(({ operation, codes }) =>
  codes.map((code) => {
    const name = `${operation.method} ${operation.path}`
    return { name, code, operation, isHere: !(code in NOT_HERE || `${code} ${name}` in NOT_HERE) }
  }),
)

test.each(cases.filter(({ isHere }) => isHere))('$name answers $code', async (one) => {
  const { code, operation } = one
  const { status, json } = await WAYS[code]!(operation)
  expect([status, json['code']]).toEqual([ERRORS[code].status, code])
})

describe('and succeeds', () => {
  const codeFor = async (phone: string): Promise<string> => {
    // The answer does not wait for its text; an instance that is told to end does.
    await instance.service.flush()
    const texts = readFileSync(outbox(), 'utf8').trim().split('\n')
    const found = texts.map((line) => JSON.parse(line) as { to: string; code: string })
    return found.findLast(({ to }) => to === phone)!.code
  }
  const find = (path: string, method = 'POST'): Operation =>
    OPERATIONS.map(({ operation }) => operation).find(
      (each) => each.path === path && each.method === method,
    )!

  test('at every operation', async () => {
    const seen = new Set<string>()
    const succeed = async (path: string, ask: Ask = {}, method = 'POST') => {
      const { status } = await call(find(path, method), ask)
      expect([path, status]).toEqual([path, status < 300 ? status : 'a success'])
      seen.add(`${method} ${path}`)
    }
    const key = newKey()
    const [phone, password] = [newPhone(), 'correct horse']
    await succeed('/api/health', {}, 'GET')
    await succeed('/api/openapi.json', {}, 'GET')
    await succeed('/api/keys', {}, 'GET')
    await succeed('/api/installs')
    await succeed('/api/register', { key, body: { phone, password } })
    database.clock.ms += 61_000
    await succeed('/api/resend_otp', { key, body: { phone } })
    await succeed('/api/verify_otp', { key, body: { phone, otp: await codeFor(phone) } })
    await succeed('/api/login', { key, body: { phone, password } })
    database.clock.ms += 61_000
    await succeed('/api/password/reset', { key, body: { phone } })
    const otp = await codeFor(phone)
    await succeed('/api/password/confirm', { key, body: { phone, otp, password: 'another one' } })
    await succeed('/api/installs/current', { key }, 'GET')
    await succeed('/api/installs/current/rotate', { key: newKey() })
    await succeed('/api/installs/current', { key: newKey() }, 'DELETE')
    const names = OPERATIONS.map(({ operation: { method, path } }) => `${method} ${path}`)
    expect([...seen].sort()).toEqual(names.sort())
  })
})
