import { steadily } from '../../../functions/src/accounts/steadily.ts'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

/** When a promise settles, in fake ms. */
async function settledAfter(promise: Promise<unknown>): Promise<number> {
  const start = Date.now()
  let at: number | undefined
  promise.then(
    () => (at = Date.now()),
    () => (at = Date.now()),
  )
  while (at === undefined) await jest.advanceTimersByTimeAsync(1)
  return at - start
}

const after = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms))

test.each([0, 1, 50, 99])('work of %d ms is answered after 100', async (ms) => {
  expect(await settledAfter(steadily(100, after(ms)))).toBe(100)
})

test('an error comes at the same time as a success', async () => {
  const failing = steadily(100, () => Promise.reject(new Error('at once')))
  failing.catch(() => undefined)
  expect(await settledAfter(failing)).toBe(100)
  await expect(failing).rejects.toThrow('at once')
})

test('work that takes longer is waited for', async () => {
  expect(await settledAfter(steadily(100, after(150)))).toBe(150)
})

test('what the work returns is answered', async () => {
  const answering = steadily(5, () => Promise.resolve('accepted'))
  await jest.advanceTimersByTimeAsync(5)
  expect(await answering).toBe('accepted')
})
