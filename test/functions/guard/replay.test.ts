import * as fc from 'fast-check'
import { TOLERANCES } from '../../../protocol/src/index.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { ONCE, TEST_ROUTES } from '../harness/routes.ts'
import { newNonce, signed, type Outgoing } from '../harness/signed.ts'

// Threat T6: who has captured a request cannot use it, wherever and whenever it is sent again.

const UNLIMITED = { requestsPerMinutePerInstall: 1_000_000 }
const { pastSeconds, futureSeconds } = TOLERANCES

let database: TestDatabase
let one: Instance
let other: Instance
const startAnother = () => startInstance(database, UNLIMITED, TEST_ROUTES)

beforeAll(async () => {
  database = await startDatabase()
  one = await startAnother()
  other = await startAnother()
})
afterAll(async () => {
  await one.close()
  await other.close()
  await database.close()
})

/** What the captured request was for: once for each instance's memory, or once for all of them. */
const ROUTES = {
  memory: { method: 'GET', target: '/api/installs/current' },
  durable: { method: 'POST', target: ONCE },
} as const

const capture = (
  route: keyof typeof ROUTES,
  { created = seconds(database.clock), by = keyOf(0) } = {},
) => signed(by, { ...ROUTES[route], created })

const outcome = async (at: Instance, request: Outgoing): Promise<unknown> => {
  const { status, json } = await at.send(request)
  return status === 200 ? 'accepted' : json['code']
}

const moveTo = (unixSeconds: number) => (database.clock.ms = unixSeconds * 1000)

describe.each(['memory', 'durable'] as const)('on a route with a %s nonce', (route) => {
  test('the same instance accepts a request once', async () => {
    const request = await capture(route)
    expect(await outcome(one, request)).toBe('accepted')
    expect(await outcome(one, request)).toBe('replayed')
    expect(await outcome(one, request)).toBe('replayed')
  })

  test('of 50 at once one is accepted', async () => {
    const request = await capture(route)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(one, request)))
    expect(outcomes.filter((it) => it === 'accepted')).toHaveLength(1)
    expect(outcomes.filter((it) => it === 'replayed')).toHaveLength(49)
  })

  test('it is recognised up to the last second of the window, and is stale in the next', async () => {
    const request = await capture(route)
    const created = seconds(database.clock)
    expect(await outcome(one, request)).toBe('accepted')
    for (const later of [1, 59, 60, 61, 120, pastSeconds - 1, pastSeconds]) {
      moveTo(created + later)
      expect(await outcome(one, request)).toBe('replayed')
    }
    moveTo(created + pastSeconds + 1)
    expect(await outcome(one, request)).toBe('clock_skew')
  })

  test('it may be used first in the last second, and then no more', async () => {
    const request = await capture(route)
    moveTo(seconds(database.clock) + pastSeconds)
    expect(await outcome(one, request)).toBe('accepted')
    expect(await outcome(one, request)).toBe('replayed')
  })

  test('one from the future is remembered for all of its longer window', async () => {
    const created = seconds(database.clock) + futureSeconds
    const request = await capture(route, { created })
    expect(await outcome(one, request)).toBe('accepted')
    for (const later of [0, 30, 60, pastSeconds]) {
      moveTo(created + later)
      expect(await outcome(one, request)).toBe('replayed')
    }
    moveTo(created + pastSeconds + 1)
    expect(await outcome(one, request)).toBe('clock_skew')
  })

  test('one from beyond the future is not accepted before its time, and once then', async () => {
    const created = seconds(database.clock) + futureSeconds + 1
    const request = await capture(route, { created })
    expect(await outcome(one, request)).toBe('clock_skew')
    moveTo(created)
    expect(await outcome(one, request)).toBe('accepted')
    expect(await outcome(one, request)).toBe('replayed')
  })

  test('a clock that is set back does not make a replay fresh', async () => {
    const created = seconds(database.clock)
    const request = await capture(route, { created })
    expect(await outcome(one, request)).toBe('accepted')
    // Another request of a later minute, so that the instance forgets what it can.
    moveTo(created + pastSeconds + futureSeconds)
    expect(await outcome(one, await capture(route))).toBe('accepted')
    moveTo(created + pastSeconds)
    expect(await outcome(one, request)).toBe('replayed')
    moveTo(created + 600)
  })

  test('a nonce is one of its key: another install may draw the same', async () => {
    const nonce = newNonce()
    const created = seconds(database.clock)
    for (const by of [keyOf(1), keyOf(2)]) {
      expect(await outcome(one, await signed(by, { ...ROUTES[route], created, nonce }))).toBe(
        'accepted',
      )
    }
  })
})

describe('on a route with a durable nonce', () => {
  test('another instance refuses what one has accepted', async () => {
    const request = await capture('durable')
    expect(await outcome(one, request)).toBe('accepted')
    const spent = await database.count(async () => {
      expect(await outcome(other, request)).toBe('replayed')
      expect(await outcome(other, request)).toBe('replayed')
    })
    // The second time out of its own memory.
    expect(spent.denied).toBe(1)
  })

  test('of 50 at once at two instances one is accepted', async () => {
    const request = await capture('durable')
    const instances = Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? one : other))
    const outcomes = await Promise.all(instances.map((at) => outcome(at, request)))
    expect(outcomes.filter((it) => it === 'accepted')).toHaveLength(1)
    expect(outcomes.filter((it) => it === 'replayed')).toHaveLength(49)
  })

  test('a restart forgets nothing', async () => {
    const request = await capture('durable')
    const first = await startAnother()
    expect(await outcome(first, request)).toBe('accepted')
    await first.close()
    const second = await startAnother()
    expect(await outcome(second, request)).toBe('replayed')
    await second.close()
  })

  test('nor does the sweep, as long as the request is fresh', async () => {
    const created = seconds(database.clock) + futureSeconds
    const request = await capture('durable', { created })
    expect(await outcome(one, request)).toBe('accepted')
    for (const later of [0, 60, 120, 180, 240, pastSeconds]) {
      moveTo(created + later)
      await one.service.sweep()
      const fresh = await startAnother()
      expect(await outcome(fresh, request)).toBe('replayed')
      await fresh.close()
    }
  })

  test('whenever and wherever it is sent, a request is accepted once at the most', async () => {
    const sendings = fc.array(
      fc.record({
        later: fc.integer({ min: -futureSeconds - 5, max: pastSeconds + 5 }),
        at: fc.constantFrom('one', 'other'),
      }),
      { minLength: 2, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(sendings, async (sent) => {
        // Past all earlier runs' windows.
        const created = seconds(database.clock) + 1000
        const request = await capture('durable', { created })
        const outcomes: unknown[] = []
        for (const { later, at } of [...sent].sort((a, b) => a.later - b.later)) {
          moveTo(created + later)
          outcomes.push(await outcome(at === 'one' ? one : other, request))
        }
        const accepted = outcomes.filter((it) => it === 'accepted')
        const isSentFresh = sent.some(
          ({ later }) => later >= -futureSeconds && later <= pastSeconds,
        )
        expect(accepted).toHaveLength(isSentFresh ? 1 : 0)
      }),
      { numRuns: 60 },
    )
  })
})

test('on a route with a memory nonce another instance does not know of it', async () => {
  // What only reads is not worth a write: the trade-off that the contract names.
  const request = await capture('memory')
  expect(await outcome(one, request)).toBe('accepted')
  expect(await outcome(other, request)).toBe('accepted')
  expect(await outcome(other, request)).toBe('replayed')
})
