import * as fc from 'fast-check'
import { makeNonceMemory } from '../../../functions/src/guard/nonceMemory.ts'

const NOW = 1_795_300_020
const KEY = 'a'.repeat(32)
const nonceOf = (n: number) => `nonce-${n}`.padEnd(16, '_')

test('a nonce is claimed once for its key', () => {
  const memory = makeNonceMemory(10)
  expect(memory.claim(KEY, nonceOf(1), NOW, NOW)).toBe('claimed')
  expect(memory.claim(KEY, nonceOf(1), NOW, NOW)).toBe('replayed')
  expect(memory.claim(KEY, nonceOf(2), NOW, NOW)).toBe('claimed')
  expect(memory.claim('b'.repeat(32), nonceOf(1), NOW, NOW)).toBe('claimed')
})

test('it is remembered until created + 300 s + 30 s at the least, whatever else is claimed', () => {
  const times = fc.record({
    created: fc.integer({ min: NOW, max: NOW + 120 }),
    later: fc.integer({ min: 0, max: 330 }),
    others: fc.array(fc.integer({ min: 0, max: 330 })),
  })
  fc.assert(
    fc.property(times, ({ created, later, others }) => {
      const memory = makeNonceMemory(1000)
      expect(memory.claim(KEY, nonceOf(0), created, created)).toBe('claimed')
      const before = others.filter((other) => other <= later).sort((a, b) => a - b)
      before.forEach((other, n) => {
        memory.claim(KEY, nonceOf(n + 1), created + other, created + other)
      })
      expect(memory.claim(KEY, nonceOf(0), created, created + later)).toBe('replayed')
    }),
  )
})

test('what is stale is forgotten, a whole minute at once', () => {
  const memory = makeNonceMemory(1000)
  for (let n = 0; n < 600; n += 1) memory.claim(KEY, nonceOf(n), NOW + n, NOW + n)
  // At most the window of 330 s and the two minutes at its ends.
  expect(memory.size).toBeLessThanOrEqual(330 + 120)
  memory.claim(KEY, nonceOf(-1), NOW + 10_000, NOW + 10_000)
  expect(memory.size).toBe(1)
})

test('what is released was never claimed', () => {
  const memory = makeNonceMemory(2)
  memory.claim(KEY, nonceOf(1), NOW, NOW)
  memory.claim(KEY, nonceOf(2), NOW, NOW)
  memory.release(KEY, nonceOf(2), NOW)
  // Nothing of that: already released, another key's, never seen.
  memory.release(KEY, nonceOf(2), NOW)
  memory.release('b'.repeat(32), nonceOf(1), NOW)
  memory.release(KEY, nonceOf(3), NOW + 10_000)
  expect(memory.size).toBe(1)
  expect(memory.claim(KEY, nonceOf(1), NOW, NOW)).toBe('replayed')
  expect(memory.claim(KEY, nonceOf(2), NOW, NOW)).toBe('claimed')
  expect(memory.claim(KEY, nonceOf(3), NOW, NOW)).toBe('full')
})

test('full, it takes no more and forgets nothing', () => {
  const memory = makeNonceMemory(3)
  for (const n of [1, 2, 3]) expect(memory.claim(KEY, nonceOf(n), NOW, NOW)).toBe('claimed')
  expect(memory.claim(KEY, nonceOf(4), NOW, NOW)).toBe('full')
  expect(memory.claim(KEY, nonceOf(4), NOW, NOW)).toBe('full')
  for (const n of [1, 2, 3]) expect(memory.claim(KEY, nonceOf(n), NOW, NOW)).toBe('replayed')
  expect(memory.size).toBe(3)
  expect(memory.claim(KEY, nonceOf(4), NOW + 400, NOW + 400)).toBe('claimed')
})
