import {
  comparePriorities,
  compareValues,
  leafOf,
  parseTree,
} from '../../../rtdb/src/tree/index.ts'
import { OBJECT, valueOf } from '../../../rtdb/src/tree/values.ts'
import type { SortValue } from '../../../rtdb/src/tree/values.ts'

describe('value order', () => {
  const sorted: SortValue[] = [
    null,
    false,
    true,
    -1,
    0,
    0.5,
    10,
    '',
    '10',
    '9',
    'a',
    '\u{1F600}',
    '\uffff',
    OBJECT,
  ]

  test('null, booleans, numbers, strings by code units, objects', () => {
    for (const [i, a] of sorted.entries()) {
      for (const [j, b] of sorted.entries()) {
        expect(Math.sign(compareValues(a, b))).toBe(Math.sign(i - j))
      }
    }
  })

  test('a node counts by its value alone, and all branches are equal', () => {
    expect(valueOf(null)).toBeNull()
    expect(valueOf(leafOf(1, 5))).toBe(1)
    expect(valueOf(parseTree({ a: 1 }, { now: 0 }))).toBe(OBJECT)
  })
})

test('priority order is null, numbers, strings', () => {
  const sorted = [null, -1, 3, '', '3', 'a'].map((priority) => leafOf('x', priority))
  expect([...sorted].reverse().sort(comparePriorities)).toEqual(sorted)
})
