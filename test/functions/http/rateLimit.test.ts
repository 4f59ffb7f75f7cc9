import * as fc from 'fast-check'
import { makeRateLimit } from '../../../functions/src/http/rateLimit.ts'

const START = 1_795_300_000_000
const policyOf = (quota: number, windowSeconds: number) => ({ name: 'test', quota, windowSeconds })

/** Arrivals of one key: how long after the one before, in ms. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })), {
  minLength: 1,
  maxLength: 200,
})
const quotas = fc.integer({ min: 1, max: 130 })
const windows = fc.constantFrom(1, 7, 60)

describe('for any quota, window and arrivals', () => {
  test('a whole quota may come at once, and not one more', () => {
    fc.assert(
      fc.property(quotas, windows, fc.integer({ min: 0, max: 100_000 }), (quota, window, later) => {
        const limit = makeRateLimit(policyOf(quota, window), 10)
        // The first of all, and the first after any rest.
        for (const nowMs of [START, START + window * 1000 + later]) {
          for (let left = quota - 1; left >= 0; left -= 1) {
            expect(limit.take('a', nowMs)).toMatchObject({ allowed: true, remaining: left })
          }
          expect(limit.take('a', nowMs).allowed).toBe(false)
        }
      }),
    )
  })

  test('in any stretch of time no more than the burst and what that time pays off are allowed', () => {
    fc.assert(
      fc.property(quotas, windows, gaps, (quota, window, arrivals) => {
        const limit = makeRateLimit(policyOf(quota, window), 10)
        const allowed: number[] = []
        let nowMs = START
        for (const gap of arrivals) {
          nowMs += gap
          if (limit.take('a', nowMs).allowed) allowed.push(nowMs)
        }
        for (let from = 0; from < allowed.length; from += 1) {
          for (let to = from; to < allowed.length; to += 1) {
            const paidOff = ((allowed[to]! - allowed[from]!) * quota) / (window * 1000)
            expect(to - from + 1).toBeLessThanOrEqual(quota + paidOff)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  test('who is refused is allowed after the told time, and who comes sooner loses nothing by it', () => {
    fc.assert(
      fc.property(quotas, windows, gaps, fc.array(fc.integer({ min: 0, max: 900 })), (...given) => {
        const [quota, window, arrivals, knocks] = given
        const limit = makeRateLimit(policyOf(quota, window), 10)
        let nowMs = START
        for (const gap of arrivals) {
          nowMs += gap
          const { allowed, resetSeconds } = limit.take('a', nowMs)
          if (allowed) continue
          for (const knock of knocks) {
            const at = nowMs + knock
            if (limit.take('a', at).allowed) return
          }
          expect(limit.take('a', nowMs + resetSeconds * 1000).allowed).toBe(true)
          return
        }
      }),
    )
  })

  test('what is told is what is left', () => {
    fc.assert(
      fc.property(quotas, windows, gaps, (quota, window, arrivals) => {
        const limit = makeRateLimit(policyOf(quota, window), 10)
        let nowMs = START
        for (const gap of arrivals) {
          nowMs += gap
          const { allowed, remaining, resetSeconds } = limit.take('a', nowMs)
          expect(remaining).toBeLessThan(quota)
          expect(remaining).toBeGreaterThanOrEqual(0)
          expect(resetSeconds).toBeGreaterThanOrEqual(1)
          expect(resetSeconds).toBeLessThanOrEqual(window)
          if (allowed) continue
          expect(remaining).toBe(0)
        }
      }),
    )
  })
})

test('one key does not use up another’s quota', () => {
  const limit = makeRateLimit(policyOf(1, 60), 10)
  expect(limit.take('a', START).allowed).toBe(true)
  expect(limit.take('b', START).allowed).toBe(true)
  expect(limit.take('a', START).allowed).toBe(false)
})

test('a clock that is set back neither gives a quota nor locks anybody out', () => {
  const limit = makeRateLimit(policyOf(2, 60), 10)
  limit.take('a', START)
  limit.take('a', START)
  const back = START - 3_600_000
  expect(limit.take('a', back)).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 30 })
  expect(limit.take('a', back + 30_000).allowed).toBe(true)
})

test('keys are forgotten beyond the cap, the least recent first', () => {
  const limit = makeRateLimit(policyOf(1, 60), 2)
  limit.take('a', START)
  limit.take('b', START)
  limit.take('a', START)
  limit.take('c', START)
  expect(limit.take('a', START).allowed).toBe(false)
  expect(limit.take('b', START).allowed).toBe(true)
})
