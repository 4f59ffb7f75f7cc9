import fc from 'fast-check'

import {
  BY_PRIORITY,
  BY_VALUE,
  indexOf,
  leafOf,
  parseOrder,
  parseTree,
  toExport,
  withNodeAt,
  withPriorityAt,
} from '../../../rtdb/src/tree/index.ts'
import type { Branch, Order, Tree } from '../../../rtdb/src/tree/index.ts'
import { pairsBetween } from '../../../rtdb/src/tree/pairs.ts'

import { exports, keys, locations, priorities } from './arbitrary.ts'

const parse = (json: unknown) => parseTree(json, { now: 0 })
const listOf = (tree: Tree, order: Order) =>
  tree?.kind === 'branch' ? [...pairsBetween(indexOf(tree, order))] : []

const orders = [BY_VALUE, BY_PRIORITY, parseOrder('a'), parseOrder('b/c')]

const numbered = parse(
  Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, { n: i, m: 0 }])),
) as Branch
const byN = parseOrder('n')

describe('an index', () => {
  test('follows any writes as if it were built anew', () => {
    const write = fc.tuple(keys, exports, fc.option(priorities))
    fc.assert(
      fc.property(locations, fc.array(write, { maxLength: 30 }), (data, writes) => {
        let tree = parse(data)
        for (const order of orders) listOf(tree, order)
        for (const [key, json, priority] of writes) {
          tree = withNodeAt(tree, [key], parse(json))
          if (priority !== null) tree = withPriorityAt(tree, [key], priority)
        }
        const anew = parse(toExport(tree))
        for (const order of orders) expect(listOf(tree, order)).toEqual(listOf(anew, order))
      }),
      { numRuns: 200 },
    )
  })

  test('is shared by all versions in which its values are the same', () => {
    const index = indexOf(numbered, byN)
    const after = withNodeAt(numbered, ['k7', 'm'], leafOf(1)) as Branch
    expect(indexOf(after, byN)).toBe(index)
    expect(indexOf(withPriorityAt(after, [], 1) as Branch, byN)).toBe(index)
  })

  test('of a successor shares all parts but one', () => {
    const index = indexOf(numbered, byN)
    const after = indexOf(withNodeAt(numbered, ['k7', 'n'], leafOf(7.5)) as Branch, byN)
    const shared = after.parts!.filter((part) => index.parts!.includes(part))
    expect(shared).toHaveLength(index.parts!.length - 1)
  })

  test('leaves that of an older version as it was', () => {
    withNodeAt(numbered, ['k0'], null)
    expect(listOf(numbered, byN)[0]).toEqual(['k0', 0])
  })

  test('is given up when eight others were used since', () => {
    const index = indexOf(numbered, byN)
    for (let i = 0; i < 7; i++) indexOf(numbered, parseOrder(`other${i}`))
    expect(indexOf(numbered, byN)).toBe(index)
    for (let i = 0; i < 8; i++) indexOf(numbered, parseOrder(`another${i}`))
    expect(indexOf(numbered, byN)).not.toBe(index)
    expect(listOf(numbered, byN)).toHaveLength(200)
  })
})
