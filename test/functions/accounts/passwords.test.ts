import type * as Argon2 from '@node-rs/argon2'
import { setTimeout as sleep } from 'node:timers/promises'
import { makePasswords } from '../../../functions/src/accounts/passwords.ts'

const PHC = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/

/** Work of the native module that the test ends when it likes. */
interface Held {
  readonly end: () => void
  readonly fail: () => void
}

let held: Held[] = []
let isHolding = false
let hashedAgainst: string[] = []

jest.mock('@node-rs/argon2', () => {
  const real = jest.requireActual<typeof Argon2>('@node-rs/argon2')
  const hold = <T>(value: T): Promise<T> =>
    new Promise<T>((resolve, reject) =>
      held.push({ end: () => resolve(value), fail: () => reject(new Error('out of memory')) }),
    )
  return {
    ...real,
    hash: (...args: Parameters<typeof real.hash>) =>
      isHolding ? hold('hash') : real.hash(...args),
    verify: (hash: string, password: string) => {
      hashedAgainst.push(hash)
      return real.verify(hash, password)
    },
  }
})

beforeEach(() => {
  held = []
  hashedAgainst = []
  isHolding = false
})

/** Lets everything go on that waits for nothing but its turn. */
const settle = () => sleep(5)

describe('argon2id', () => {
  const passwords = makePasswords({ waitMs: 1000 })

  test('a hash is a PHC string with the parameters that OWASP gives, and a salt of its own', async () => {
    const [one, other] = await Promise.all([passwords.hash('same one'), passwords.hash('same one')])
    expect(one).toMatch(PHC)
    expect(other).toMatch(PHC)
    expect(one).not.toBe(other)
  })

  test('only the password itself is right', async () => {
    const hash = await passwords.hash('correct horse')
    expect(await passwords.verify(hash, 'correct horse')).toBe(true)
    for (const wrong of ['correct hors', 'correct horse ', 'Correct horse', '']) {
      expect(await passwords.verify(hash, wrong)).toBe(false)
    }
  })

  test('an accent is the same however a keyboard composes it', async () => {
    const hash = await passwords.hash('caf\u00e9 creme')
    expect(await passwords.verify(hash, 'cafe\u0301 creme')).toBe(true)
  })

  test('without an account the same work is done, once, and nothing is right', async () => {
    expect(await passwords.verify(null, 'anything')).toBe(false)
    expect(await passwords.verify(null, 'anything')).toBe(false)
    expect(hashedAgainst).toHaveLength(2)
    for (const hash of hashedAgainst) expect(hash).toMatch(PHC)
  })

  test('an unknown account takes as long as a known one', async () => {
    const hash = await passwords.hash('correct horse')
    const times = { known: Infinity, unknown: Infinity }
    for (let round = 0; round < 12; round += 1) {
      for (const who of ['known', 'unknown'] as const) {
        const start = performance.now()
        await passwords.verify(who === 'known' ? hash : null, 'wrong horse')
        times[who] = Math.min(times[who], performance.now() - start)
      }
    }
    // The fastest of a dozen: what else the machine does is not in it.
    expect(times.unknown / times.known).toBeGreaterThan(0.6)
    expect(times.unknown / times.known).toBeLessThan(1.7)
  })
})

describe('the line', () => {
  beforeEach(() => (isHolding = true))

  test('two work at a time, the rest wait their turn, in order', async () => {
    const line = makePasswords({ waitMs: 5000 })
    const done: number[] = []
    const all = [0, 1, 2, 3, 4].map((n) => line.hash('password').then(() => done.push(n)))
    await settle()
    expect(held).toHaveLength(2)
    held[0]!.end()
    await settle()
    expect(held).toHaveLength(3)
    for (let n = 1; n < 5; n += 1) {
      held[n]!.end()
      await settle()
    }
    await Promise.all(all)
    expect(done).toEqual([0, 1, 2, 3, 4])
  })

  test('who waits too long gets 503, and leaves no gap in the line', async () => {
    const line = makePasswords({ waitMs: 30 })
    const working = [line.hash('a'), line.hash('b')]
    await settle()
    const late = await Promise.allSettled([line.hash('c'), line.hash('d'), line.hash('e')])
    for (const one of late) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    }
    held[0]!.end()
    held[1]!.end()
    await Promise.all(working)

    const next = [line.hash('f'), line.hash('g'), line.hash('h')]
    await settle()
    // Both places are free again, and no more than these.
    expect(held).toHaveLength(4)
    held[2]!.end()
    held[3]!.end()
    await settle()
    held[4]!.end()
    await Promise.all(next)
  })

  test('one who is called at the moment the wait is over passes the place on', async () => {
    jest.useFakeTimers()
    try {
      const line = makePasswords({ waitMs: 100 })
      const working = [line.hash('a'), line.hash('b')]
      await jest.advanceTimersByTimeAsync(0)
      const late = line.hash('late')
      const verdict = Promise.allSettled([late])
      // The wait ends, and before that has been noticed a place becomes free.
      jest.advanceTimersByTime(100)
      // The one more turn that a deadline gives.
      jest.advanceTimersByTime(1)
      held[0]!.end()
      await jest.advanceTimersByTimeAsync(1)
      held[1]!.end()
      await Promise.all(working)
      await verdict
      const rest = held.length
      for (const one of held) one.end()
      const next = [line.hash('x'), line.hash('y'), line.hash('z')]
      await jest.advanceTimersByTimeAsync(1)
      expect(held.length - rest).toBe(2)
      for (const one of held) one.end()
      await jest.advanceTimersByTimeAsync(1)
      for (const one of held) one.end()
      await Promise.all(next)
    } finally {
      jest.useRealTimers()
    }
  })

  test('work that fails gives its place back', async () => {
    const line = makePasswords({ waitMs: 1000 })
    const failing = Promise.allSettled([line.hash('a'), line.hash('b')])
    await settle()
    held[0]!.fail()
    held[1]!.fail()
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = [line.hash('c'), line.hash('d')]
    await settle()
    expect(held).toHaveLength(4)
    held[2]!.end()
    held[3]!.end()
    await Promise.all(next)
  })

  test('a line of fifty is full: the next is refused at once', async () => {
    const line = makePasswords({ waitMs: 60_000 })
    const all = Array.from({ length: 52 }, () => line.hash('password'))
    await settle()
    await expect(line.hash('one more')).rejects.toMatchObject({ code: 'unavailable' })
    isHolding = false
    held[0]!.end()
    held[1]!.end()
    await Promise.all(all)
  })
})
