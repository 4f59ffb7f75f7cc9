import fc from 'fast-check'

import { pairAt, pairsBetween, rankOf, valueAt } from '../../../rtdb/src/tree/pairs.ts'
import type { Pairs, Place } from '../../../rtdb/src/tree/pairs.ts'
import { buildPairs, noPairs } from '../../../rtdb/src/tree/pairsBuild.ts'
import { withoutPair, withPair } from '../../../rtdb/src/tree/pairsEdit.ts'

const at =
  (sought: string): Place<unknown> =>
  (key) =>
    key < sought ? -1 : key > sought ? 1 : 0

const keyOf = (n: number) => n.toString().padStart(6, '0')

/** Every rule that the structure must keep, checked over the whole of it. */
function check<V>(pairs: Pairs<V>, isTop = true): number {
  expect(pairs.keys.length).toBeLessThanOrEqual(32)
  expect(pairs.values).toHaveLength(pairs.keys.length)
  if (pairs.parts === null) {
    if (!isTop) expect(pairs.keys.length).toBeGreaterThanOrEqual(8)
    expect(pairs.size).toBe(pairs.keys.length)
    return 1
  }
  expect(pairs.parts.length).toBeGreaterThanOrEqual(isTop ? 2 : 8)
  expect(pairs.parts.map((part) => part.keys[0])).toEqual(pairs.keys)
  expect(pairs.parts.map((part) => part.values[0])).toEqual(pairs.values)
  const ends = pairs.parts.map((part, i) => pairs.starts![i]! + part.size)
  expect(pairs.starts).toEqual([0, ...ends.slice(0, -1)])
  expect(ends.at(-1)).toBe(pairs.size)
  const depths = new Set(pairs.parts.map((part) => check(part, false)))
  expect(depths.size).toBe(1)
  return [...depths][0]! + 1
}

function built(length: number): Pairs<number> {
  const numbers = Array.from({ length }, (_, i) => i)
  return buildPairs(numbers.map(keyOf), numbers)
}

describe('building', () => {
  test.each([0, 1, 31, 32, 33, 56, 57, 896, 897, 5000])('holds all of %i pairs', (length) => {
    const pairs = built(length)
    check(pairs)
    expect([...pairsBetween(pairs)].map(([, value]) => value)).toEqual(
      Array.from({ length }, (_, i) => i),
    )
  })
})

describe('as a sorted array', () => {
  const operation = fc.record({ kind: fc.constantFrom('put', 'drop'), n: fc.nat(400) })

  test('any writes and removals leave the same pairs, ranks and ranges', () => {
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 200, maxLength: 900 }),
        fc.nat(400),
        fc.nat(500),
        fc.nat(500),
        (operations, sought, from, to) => {
          const model = new Map<string, number>()
          let pairs: Pairs<number> = noPairs()
          for (const [i, { kind, n }] of operations.entries()) {
            const key = keyOf(n)
            if (kind === 'put') model.set(key, i)
            else model.delete(key)
            pairs = kind === 'put' ? withPair(pairs, at(key), key, i) : withoutPair(pairs, at(key))
          }
          check(pairs)
          const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1))
          expect([...pairsBetween(pairs)]).toEqual(sorted)
          expect([...pairsBetween(pairs, from, to)]).toEqual(sorted.slice(from, Math.max(from, to)))
          expect(pairAt(pairs, from)).toEqual(sorted[from])
          expect(valueAt(pairs, at(keyOf(sought)))).toBe(model.get(keyOf(sought)))
          expect(rankOf(pairs, at(keyOf(sought)))).toBe(
            sorted.filter(([key]) => key < keyOf(sought)).length,
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  test('ascending, descending and emptying keep its shape', () => {
    let pairs: Pairs<number> = noPairs()
    for (let n = 0; n < 6000; n++) pairs = withPair(pairs, at(keyOf(n)), keyOf(n), n)
    check(pairs)
    for (let n = 0; n < 5990; n++) pairs = withoutPair(pairs, at(keyOf(n)))
    expect(check(pairs)).toBe(1)
    for (let n = 5989; n >= 0; n--) pairs = withPair(pairs, at(keyOf(n)), keyOf(n), n)
    check(pairs)
    for (let n = 5999; n >= 0; n--) pairs = withoutPair(pairs, at(keyOf(n)))
    expect(pairs.size).toBe(0)
  })

  test('random removals from three layers keep its shape', () => {
    let pairs = built(5000)
    for (let i = 0; i < 5000; i++) {
      pairs = withoutPair(pairs, at(keyOf((i * 1237) % 5000)))
      if (i % 500 === 0) check(pairs)
    }
    expect(pairs.size).toBe(0)
  })
})

describe('sharing', () => {
  test('an older version is left as it was', () => {
    const before = built(1000)
    const after = withoutPair(withPair(before, at('000500x'), '000500x', -1), at('000007'))
    expect([...pairsBetween(before)]).toHaveLength(1000)
    expect(valueAt(before, at('000007'))).toBe(7)
    expect(valueAt(before, at('000500x'))).toBeUndefined()
    expect(valueAt(after, at('000500x'))).toBe(-1)
  })

  test('a write copies one part of each layer', () => {
    const before = built(5000)
    const after = withPair(before, at('002500'), '002500', -1)
    const shared = after.parts!.filter((part) => before.parts!.includes(part))
    expect(shared).toHaveLength(before.parts!.length - 1)
  })

  test('removing what is not there returns the same object', () => {
    const pairs = built(5000)
    expect(withoutPair(pairs, at('nothing'))).toBe(pairs)
  })

  test('ascending keys fill the parts to three quarters', () => {
    let pairs: Pairs<number> = noPairs()
    for (let n = 0; n < 3000; n++) pairs = withPair(pairs, at(keyOf(n)), keyOf(n), n)
    expect(pairs.parts!.length).toBeLessThanOrEqual(Math.ceil(3000 / 48))
  })
})
