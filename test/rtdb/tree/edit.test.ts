import fc from 'fast-check'

import {
  childOf,
  entries,
  leafOf,
  nodeAt,
  parseTree,
  toExport,
  withNodeAt,
  withPriorityAt,
} from '../../../rtdb/src/tree/index.ts'
import type { Json, Path, Tree } from '../../../rtdb/src/tree/index.ts'

import { keys, primitives } from './arbitrary.ts'

const parse = (json: unknown) => parseTree(json, { now: 0 })

/** The naive model: leaves by path. What was below or above a written path is gone. */
type Model = ReadonlyMap<string, Json>

/** Unlike a path's usual text, the root's is the beginning of all others. */
const textOf = (path: Path) => path.map((key) => `/${key}`).join('')

function write(model: Model, path: Path, value: Json): Model {
  const at = textOf(path)
  const isInTheWay = (other: string) =>
    other === at || other.startsWith(`${at}/`) || (value !== null && at.startsWith(`${other}/`))
  const kept = [...model].filter(([other]) => !isInTheWay(other))
  return new Map(value === null ? kept : [...kept, [at, value]])
}

function* leavesOf(tree: Tree, path: Path = []): Generator<[string, Json]> {
  if (tree?.kind === 'leaf') yield [textOf(path), tree.value]
  for (const [key, child] of entries(tree)) yield* leavesOf(child, [...path, key])
}

const sorted = (leaves: Iterable<[string, Json]>) =>
  [...leaves].sort(([a], [b]) => (a < b ? -1 : 1))

const paths = fc.array(keys, { maxLength: 4 })
const writes = fc.array(fc.tuple(paths, fc.option(primitives)), { maxLength: 40 })

describe('writing', () => {
  test('any sequence of writes leaves the leaves that the naive model has', () => {
    fc.assert(
      fc.property(writes, paths, (all, read) => {
        let model: Model = new Map()
        let tree: Tree = null
        for (const [path, value] of all) {
          const before = tree
          const shown = JSON.stringify(toExport(before))
          model = write(model, path, value)
          tree = withNodeAt(tree, path, value === null ? null : leafOf(value))
          expect(JSON.stringify(toExport(before))).toBe(shown)
        }
        expect(sorted(leavesOf(tree))).toEqual(sorted(model))
        const node = nodeAt(tree, read)
        expect(node?.kind === 'leaf' ? node.value : undefined).toBe(model.get(textOf(read)))
      }),
      { numRuns: 300 },
    )
  })

  test('children are always in key order', () => {
    const tree = ['b', '10', 'a', '9', '-1', 'B'].reduce<Tree>(
      (tree, key) => withNodeAt(tree, [key], leafOf(key)),
      null,
    )
    expect([...entries(tree)].map(([key]) => key)).toEqual(['-1', '9', '10', 'B', 'a', 'b'])
  })

  test('what is beside the path stays the same object', () => {
    const before = parse({ a: { x: 1 }, b: { y: 2 } })
    const after = withNodeAt(before, ['b', 'y'], leafOf(3))
    expect(childOf(after, 'a')).toBe(childOf(before, 'a'))
    expect(childOf(after, 'b')).not.toBe(childOf(before, 'b'))
  })

  test('a write that changes nothing returns the same tree', () => {
    const tree = parse({ a: { x: 1, z: { '.value': 's', '.priority': 2 } } })
    expect(withNodeAt(tree, ['a', 'x'], leafOf(1))).toBe(tree)
    expect(withNodeAt(tree, ['a', 'z'], leafOf('s', 2))).toBe(tree)
    expect(withNodeAt(tree, ['a', 'none', 'deeper'], null)).toBe(tree)
    expect(withNodeAt(tree, ['a', 'x', 'deeper'], null)).toBe(tree)
    expect(withNodeAt(tree, ['a'], childOf(tree, 'a'))).toBe(tree)
  })

  test('a branch left without children disappears with its priority', () => {
    const tree = parse({ a: { b: { c: 1, '.priority': 1 }, '.priority': 2 }, d: 1 })
    const without = withNodeAt(tree, ['a', 'b', 'c'], null)
    expect(toExport(without)).toEqual({ d: 1 })
    expect(toExport(withNodeAt(without, ['a', 'x'], leafOf(1)))).toEqual({ a: { x: 1 }, d: 1 })
    expect(withNodeAt(parse({ a: { b: 1 } }), ['a', 'b'], null)).toBeNull()
  })

  test('below a leaf it makes a branch, which keeps the priority', () => {
    const tree = parse({ a: { '.value': 1, '.priority': 'p' } })
    expect(toExport(withNodeAt(tree, ['a', 'b', 'c'], leafOf(2)))).toEqual({
      a: { b: { c: 2 }, '.priority': 'p' },
    })
  })

  test('at the root it replaces all', () => {
    expect(withNodeAt(parse({ a: 1 }), [], leafOf(2))).toEqual(leafOf(2))
    expect(withNodeAt(parse({ a: 1 }), [], null)).toBeNull()
  })
})

describe('a priority', () => {
  test('is set on leaves and branches, and taken away', () => {
    const tree = parse({ a: 1, b: { c: 2 } })
    const set = withPriorityAt(withPriorityAt(tree, ['a'], 5), ['b'], 'p')
    expect(toExport(set)).toEqual({
      a: { '.value': 1, '.priority': 5 },
      b: { c: 2, '.priority': 'p' },
    })
    expect(toExport(withPriorityAt(set, ['b'], null))).toEqual({
      a: { '.value': 1, '.priority': 5 },
      b: { c: 2 },
    })
  })

  test('needs a node', () => {
    const tree = parse({ a: 1 })
    expect(withPriorityAt(tree, ['b', 'c'], 1)).toBe(tree)
    expect(withPriorityAt(null, [], 1)).toBeNull()
  })
})
