import { setTimeout as sleep } from 'node:timers/promises'
import { makePasswordLine } from '../../../functions/src/accounts/passwordLine.ts'

/** Work that the test ends when it likes. */
interface Held {
  readonly end: () => void
  readonly fail: () => void
}

let held: Held[] = []

beforeEach(() => {
  held = []
})

const heldLine = ({ waitMs, places = 2 }: { waitMs: number; places?: number }) => {
  const line = makePasswordLine({ waitMs, places })
  const work = () =>
    new Promise<void>((resolve, reject) =>
      held.push({ end: resolve, fail: () => reject(new Error('out of memory')) }),
    )
  return { isFull: line.isFull, work: () => line.enter(work) }
}

/** Lets everything go on that waits for nothing but its turn. */
const settle = () => sleep(5)

describe('the line', () => {
  test('two work at a time, the rest wait their turn, in order', async () => {
    const line = heldLine({ waitMs: 5000 })
    const done: number[] = []
    const all = [0, 1, 2, 3, 4].map((n) => line.work().then(() => done.push(n)))
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
    const line = heldLine({ waitMs: 30 })
    const working = [line.work(), line.work()]
    await settle()
    const late = await Promise.allSettled([line.work(), line.work(), line.work()])
    for (const one of late) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    }
    held[0]!.end()
    held[1]!.end()
    await Promise.all(working)

    const next = [line.work(), line.work(), line.work()]
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
      const line = heldLine({ waitMs: 100 })
      const working = [line.work(), line.work()]
      await jest.advanceTimersByTimeAsync(0)
      const late = line.work()
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
      const next = [line.work(), line.work(), line.work()]
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
    const line = heldLine({ waitMs: 1000 })
    const failing = Promise.allSettled([line.work(), line.work()])
    await settle()
    held[0]!.fail()
    held[1]!.fail()
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = [line.work(), line.work()]
    await settle()
    expect(held).toHaveLength(4)
    held[2]!.end()
    held[3]!.end()
    await Promise.all(next)
  })

  test('with one place one works at a time', async () => {
    const line = heldLine({ waitMs: 5000, places: 1 })
    const all = [line.work(), line.work()]
    await settle()
    expect(held).toHaveLength(1)
    held[0]!.end()
    await settle()
    expect(held).toHaveLength(2)
    held[1]!.end()
    await Promise.all(all)
  })

  test('a line of fifty is full: the next is refused at once', async () => {
    const line = heldLine({ waitMs: 60_000 })
    const all = Array.from({ length: 52 }, () => line.work())
    await settle()
    await expect(line.work()).rejects.toMatchObject({ code: 'unavailable' })
    expect(line.isFull()).toBe(true)
    for (let n = 0; n < 52; n += 1) {
      held[n]!.end()
      await settle()
    }
    await Promise.all(all)
    expect(line.isFull()).toBe(false)
  })
})
