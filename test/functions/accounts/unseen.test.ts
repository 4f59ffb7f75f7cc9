import { makeUnseen, type UnseenWork } from '../../../functions/src/accounts/unseen.ts'
import { ApiError } from '../../../functions/src/http/apiError.ts'
import type { LogEvent } from '../../../functions/src/log.ts'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

const ANSWER_MS = 100
let events: LogEvent[] = []
const newUnseen = (ms = ANSWER_MS) => {
  events = []
  return makeUnseen({ ms, log: (event) => events.push(event) })
}

/** When a promise settles, in fake ms. */
async function settledAfter(promise: Promise<unknown>): Promise<number> {
  const start = Date.now()
  let at: number | undefined
  const settle = () => (at = Date.now())
  promise.then(settle, settle)
  while (at === undefined) await jest.advanceTimersByTimeAsync(1)
  return at - start
}

const after = (ms: number, fails = false) => {
  return () =>
    new Promise<void>((resolve, reject) =>
      setTimeout(() => (fails ? reject(new Error('late')) : resolve()), ms),
    )
}

const WORKS: Readonly<Record<string, UnseenWork>> = {
  'nothing at all': () => Promise.resolve(),
  'work of a millisecond': after(1),
  'work that ends just before': after(ANSWER_MS - 1),
  'work that ends with it': after(ANSWER_MS),
  'work that takes longer': after(10 * ANSWER_MS),
  'work that never ends': () => new Promise(() => undefined),
  'work that fails at once': () => Promise.reject(new Error('at once')),
  'work that fails before': after(1, true),
  'work that fails afterwards': after(10 * ANSWER_MS, true),
}

test.each(Object.keys(WORKS))(
  '%s: the answer comes at the same moment, and says nothing',
  async (name) => {
    const begun = newUnseen().begin('request', WORKS[name]!)
    expect(await settledAfter(begun)).toBe(ANSWER_MS)
    expect(await begun).toBeUndefined()
  },
)

test('work that takes longer goes on behind the answer, and its failure is logged', async () => {
  const unseen = newUnseen()
  let steps = 0
  await settledAfter(
    unseen.begin('request', async () => {
      await after(10 * ANSWER_MS)()
      steps += 1
    }),
  )
  await settledAfter(
    unseen.begin('request 2', async () => {
      await after(10 * ANSWER_MS)()
      throw new ApiError('unavailable', { detail: 'database did not answer' })
    }),
  )
  expect({ steps, events }).toEqual({ steps: 0, events: [] })
  await settledAfter(unseen.ended())
  expect(steps).toBe(1)
  expect(events).toEqual([
    {
      event: 'failed',
      requestId: 'request 2',
      error: expect.objectContaining({ name: 'ApiError' }) as unknown,
    },
  ])
})

test('an instance that ends waits for all that is under way, and for nothing else', async () => {
  const unseen = newUnseen()
  expect(await settledAfter(unseen.ended())).toBeLessThanOrEqual(1)
  await settledAfter(unseen.begin('quick', after(1)))
  expect(await settledAfter(unseen.ended())).toBeLessThanOrEqual(1)
  await settledAfter(
    Promise.all([unseen.begin('slow', after(150)), unseen.begin('fails', after(400, true))]),
  )
  expect(await settledAfter(unseen.ended())).toBe(300)
})
