import { stat } from 'node:fs/promises'
import { isUnavailable, unavailable, withDeadline } from '../../functions/src/deadline.ts'

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] }))
afterEach(() => jest.useRealTimers())

const never = new Promise<never>(() => undefined)

test('an operation in time gives its value, and leaves no timer', async () => {
  expect(await withDeadline('database', 1000, Promise.resolve(7))).toBe(7)
  expect(jest.getTimerCount()).toBe(0)
})

test('an operation that fails in time fails as itself, and leaves no timer', async () => {
  const failure = new Error('refused')
  await expect(withDeadline('database', 1000, Promise.reject(failure))).rejects.toBe(failure)
  expect(jest.getTimerCount()).toBe(0)
})

test('one that never settles ends at the deadline, not before', async () => {
  let ended: unknown
  const waiting = withDeadline('database', 1000, never).catch((error: unknown) => (ended = error))
  await jest.advanceTimersByTimeAsync(999)
  expect(ended).toBeUndefined()
  await jest.advanceTimersByTimeAsync(1)
  await waiting
  expect(ended).toMatchObject({
    code: 'unavailable',
    message: 'database did not answer',
    options: { retryAfterSeconds: 2 },
  })
  expect(isUnavailable(ended)).toBe(true)
})

test('an answer that has come while the process had no CPU is in time', async () => {
  jest.useRealTimers()
  const waiting = withDeadline('database', 20, stat(__filename))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  expect((await waiting).isFile()).toBe(true)
})

test('what fails after the deadline troubles nobody', async () => {
  let fail = (_error: Error): void => undefined
  const late = new Promise<never>((_resolve, reject) => (fail = reject))
  const waiting = withDeadline('auth', 1000, late)
  const expired = expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
  await jest.advanceTimersByTimeAsync(1000)
  await expired
  // An unhandled rejection would end the process, and so this test.
  fail(new Error('too late'))
  await jest.advanceTimersByTimeAsync(1)
})

test('only what is unavailable is told to be so', () => {
  expect(isUnavailable(unavailable('auth'))).toBe(true)
  expect(isUnavailable(new Error('unavailable'))).toBe(false)
  expect(isUnavailable(undefined)).toBe(false)
})
