import { makeOnce } from '../../../functions/src/accounts/idempotency.ts'
import type { Database } from '../../../functions/src/database.ts'
import { ApiError } from '../../../functions/src/http/apiError.ts'
import type { Answer, ApiRequest } from '../../../functions/src/http/apiRequest.ts'
import { keyOf } from '../harness/key.ts'
import { startAccounts, type Backend } from './harness/backend.ts'

let backend: Backend

beforeAll(async () => {
  backend = await startAccounts()
})
beforeEach(() => backend.reset())
afterAll(() => backend.close())

const DAY_MS = 24 * 60 * 60 * 1000
const ACCEPTED: Answer = { status: 202, body: { status: 'accepted' } }
const BODY = '{"phone":"+4915112345678","password":"correct horse"}'

interface Sent {
  readonly key?: string | string[]
  readonly body?: string
  readonly path?: string
  readonly install?: number
}

const request = ({ key = 'key-1', body = BODY, path = '/api/register', install = 1 }: Sent = {}) =>
  ({
    headers: { 'idempotency-key': key },
    routePath: path,
    rawBody: Buffer.from(body),
    install: { keyId: keyOf(install).keyId },
  }) as unknown as ApiRequest

/** An instance of the service, which shares nothing but the database. */
const instance = (database: Database = backend.database) =>
  makeOnce({ database, keys: backend.keys, now: () => backend.clock.ms })

/** Work that counts how often it is done. */
function counted() {
  const work = jest.fn(() => Promise.resolve(ACCEPTED))
  return work
}

test('a repeat gets the first answer and does nothing, at another instance too', async () => {
  const work = counted()
  expect(await instance()(request(), work)).toEqual(ACCEPTED)
  expect(await instance()(request(), work)).toEqual(ACCEPTED)
  expect(work).toHaveBeenCalledTimes(1)
})

test.each<[string, Sent]>([
  ['body', { body: BODY.replace('horse', 'house') }],
  ['path', { path: '/api/resend_otp' }],
])('the same key with another %s is a mismatch, and does nothing', async (_what, change) => {
  const work = counted()
  await instance()(request(), work)
  await expect(instance()(request(change), work)).rejects.toMatchObject({
    code: 'idempotency_mismatch',
  })
  expect(work).toHaveBeenCalledTimes(1)
})

test.each<[string, Sent]>([
  ['another key', { key: 'key-2' }],
  ['the key of another install', { install: 2, body: '{}' }],
])('%s is a request of its own', async (_what, change) => {
  const work = counted()
  await instance()(request(), work)
  await instance()(request(change), work)
  expect(work).toHaveBeenCalledTimes(2)
})

test.each<[string, string | string[]]>([
  ['empty', ''],
  ['too long', 'k'.repeat(65)],
  ['with a space', 'a b'],
  ['with bytes beyond ASCII', 'schlüssel'],
])('a key that is %s is refused', async (_what, key) => {
  const work = counted()
  await expect(instance()(request({ key }), work)).rejects.toMatchObject({
    code: 'invalid_request',
  })
  expect(work).not.toHaveBeenCalled()
})

test('without a key, work is done each time and nothing is kept', async () => {
  const work = counted()
  const plain = { ...request(), headers: {} } as unknown as ApiRequest
  await instance()(plain, work)
  await instance()(plain, work)
  expect(work).toHaveBeenCalledTimes(2)
  expect(backend.data()).toEqual({})
})

test('50 at once at two instances: one works, the others are told to wait', async () => {
  let finish = (): void => undefined
  const work = jest.fn(() => new Promise<Answer>((resolve) => (finish = () => resolve(ACCEPTED))))
  const instances = [instance(), instance()]
  let refusals = 0
  const all = Array.from({ length: 50 }, (_, n) =>
    instances[n % 2]!(request(), work).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'conflict', options: { retryAfterSeconds: 2 } })
      refusals += 1
      if (refusals === 49) finish()
    }),
  )
  await Promise.all(all)
  expect(work).toHaveBeenCalledTimes(1)
})

test('work that failed may be tried again', async () => {
  const failure = new ApiError('sms_budget_exhausted')
  await expect(instance()(request(), () => Promise.reject(failure))).rejects.toBe(failure)
  const work = counted()
  expect(await instance()(request(), work)).toEqual(ACCEPTED)
})

test('what an instance had begun when it died is refused for a minute, then done', async () => {
  void instance()(request(), () => new Promise<Answer>(() => undefined))
  const work = counted()
  while (backend.data()['idempotency'] === undefined) await new Promise(setImmediate)
  backend.clock.ms += 59_999
  await expect(instance()(request(), work)).rejects.toMatchObject({ code: 'conflict' })
  backend.clock.ms += 1
  expect(await instance()(request(), work)).toEqual(ACCEPTED)
})

test('a key is remembered for 24 hours', async () => {
  const work = counted()
  await instance()(request(), work)
  backend.clock.ms += DAY_MS - 1
  await instance()(request(), work)
  expect(work).toHaveBeenCalledTimes(1)
  backend.clock.ms += 1
  await instance()(request(), work)
  expect(work).toHaveBeenCalledTimes(2)
})

test('an answer that cannot be stored is given all the same, and its text is not bought twice', async () => {
  const away: Database = {
    ...backend.database,
    create: (path, value) =>
      path.endsWith('/answer')
        ? Promise.reject(new ApiError('unavailable'))
        : backend.database.create(path, value),
  }
  const work = counted()
  expect(await instance(away)(request(), work)).toEqual(ACCEPTED)
  await expect(instance()(request(), work)).rejects.toMatchObject({ code: 'conflict' })
  expect(work).toHaveBeenCalledTimes(1)
})
