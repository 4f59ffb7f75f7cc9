import {
  compareNodes,
  comparePriorities,
  compareValues,
  leafOf,
  parseTree,
} from '../../../rtdb/src/tree/index.ts'
import type { Node } from '../../../rtdb/src/tree/index.ts'
import { OBJECT } from '../../../rtdb/src/tree/values.ts'
import type { SortValue } from '../../../rtdb/src/tree/values.ts'

const branch = parseTree({ a: 1 }, { now: 0 }) as Node
const other = parseTree({ z: 9 }, { now: 0 }) as Node

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

  test('nodes compare by their values, all branches being equal', () => {
    expect(compareNodes(branch, other)).toBe(0)
    expect(compareNodes(leafOf('x'), branch)).toBeLessThan(0)
    expect(compareNodes(null, leafOf(false))).toBeLessThan(0)
    expect(compareNodes(leafOf(1, 5), leafOf(1, 2))).toBe(0)
  })
})

test('priority order is null, numbers, strings', () => {
  const sorted = [null, -1, 3, '', '3', 'a'].map((priority) => leafOf('x', priority))
  expect([...sorted].reverse().sort(comparePriorities)).toEqual(sorted)
})
