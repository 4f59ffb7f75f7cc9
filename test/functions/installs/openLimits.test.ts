import { ApiError } from '../../../functions/src/http/apiError.ts'
import { makeOpenLimits, type OpenStep } from '../../../functions/src/installs/openLimits.ts'

const QUOTAS = { owners: 4, strangers: 2 }
const start = () => {
  const clock = { ms: 60_000 * 1000 + 15_000 }
  return { clock, limits: makeOpenLimits(QUOTAS, 1000, () => clock.ms) }
}
type Limits = ReturnType<typeof start>['limits']

/** How many are let in before the first refusal. */
function letIn(limits: Limits, step: OpenStep, isOwner: boolean): number {
  for (let n = 0; ; n += 1) {
    try {
      limits.enter(step, isOwner)
    } catch (error) {
      expect(error).toMatchObject({ code: 'rate_limited' })
      return n
    }
  }
}

test('each step has its own count, and so have owners and strangers', () => {
  const { limits } = start()
  expect(letIn(limits, 'challenges', false)).toBe(2)
  expect(letIn(limits, 'challenges', true)).toBe(4)
  expect(letIn(limits, 'attempts', false)).toBe(4)
  expect(letIn(limits, 'attempts', true)).toBe(8)
})

test('the next minute begins anew', () => {
  const { limits, clock } = start()
  letIn(limits, 'challenges', false)
  clock.ms += 44_999
  expect(letIn(limits, 'challenges', false)).toBe(0)
  clock.ms += 1
  expect(letIn(limits, 'challenges', false)).toBe(2)
})

test('a window that all instances have filled is full for this one, until it ends', () => {
  const { limits, clock } = start()
  const pass = limits.enter('challenges', true)
  const error = pass.full()
  expect(error).toBeInstanceOf(ApiError)
  expect(error.options).toMatchObject({
    retryAfterSeconds: 45,
    headers: { RateLimit: '"challenges";r=0;t=45', 'RateLimit-Policy': '"challenges";q=4;w=60' },
  })
  expect(letIn(limits, 'challenges', true)).toBe(0)
  expect(letIn(limits, 'challenges', false)).toBe(2)
  clock.ms += 45_000
  expect(letIn(limits, 'challenges', true)).toBe(4)
})

test('what is learned of a window that has ended says nothing about the next', () => {
  const { limits, clock } = start()
  const pass = limits.enter('challenges', true)
  clock.ms += 45_000
  expect(letIn(limits, 'challenges', true)).toBe(4)
  clock.ms += 60_000
  limits.enter('challenges', true)
  pass.full()
  expect(letIn(limits, 'challenges', true)).toBe(3)
})

test('with a quota of none every stranger is refused', () => {
  const limits = makeOpenLimits({ owners: 1, strangers: 0 }, 1000, () => 0)
  expect(letIn(limits, 'challenges', false)).toBe(0)
  expect(letIn(limits, 'challenges', true)).toBe(1)
})

describe('the pace of strangers', () => {
  const paced = () => {
    const clock = { ms: 60_000 * 1000 }
    return { clock, limits: makeOpenLimits({ owners: 100, strangers: 100 }, 5, () => clock.ms) }
  }

  test('is a second’s part at once, then the next every fifth of a second; attempts twice that', () => {
    const { limits, clock } = paced()
    expect(letIn(limits, 'challenges', false)).toBe(5)
    expect(letIn(limits, 'attempts', false)).toBe(10)
    clock.ms += 199
    expect(letIn(limits, 'challenges', false)).toBe(0)
    clock.ms += 1
    expect(letIn(limits, 'challenges', false)).toBe(1)
  })

  test('is not the owners’', () => {
    expect(letIn(paced().limits, 'challenges', true)).toBe(100)
  })

  test('spends nothing of the window: what is refused for it can come later in the minute', () => {
    const { limits, clock } = paced()
    let taken = 0
    for (let second = 0; second < 60; second += 1, clock.ms += 1000) {
      taken += letIn(limits, 'challenges', false)
    }
    expect(taken).toBe(100)
  })

  test('says when the next one may come', () => {
    const { limits } = paced()
    letIn(limits, 'challenges', false)
    expect(() => limits.enter('challenges', false)).toThrow(
      expect.objectContaining({
        options: expect.objectContaining({
          retryAfterSeconds: 1,
          headers: {
            RateLimit: '"challenges";r=0;t=1',
            'RateLimit-Policy': '"challenges";q=5;w=1',
          },
        }) as unknown,
      }) as Error,
    )
  })
})
