import fc from 'fast-check'

import { advance, entriesOf, parseWireQuery, windowOf } from '../../../rtdb/src/query/index.ts'
import type { Window } from '../../../rtdb/src/query/index.ts'
import { hashOf, leafOf, parseTree, toExport, withNodeAt } from '../../../rtdb/src/tree/index.ts'
import type { Json, Node, Tree } from '../../../rtdb/src/tree/index.ts'

import { keys, locations, primitives, priorities } from '../tree/arbitrary.ts'

const parse = (json: Json) => parseTree(json, { now: 0 })
const keysOf = (window: Window) => [...entriesOf(window)].map(([key]) => key)

const wires = fc.record(
  {
    i: fc.constantFrom('.key', '.value', '.priority', 'a', 'b/c'),
    sp: fc.constantFrom('', 'a', 'b', 'c'),
    sin: fc.boolean(),
    ep: fc.constantFrom('b', 'c', '~'),
    ein: fc.boolean(),
    l: fc.integer({ min: 1, max: 6 }),
    vf: fc.constantFrom('l', 'r'),
  },
  { requiredKeys: ['i', 'vf'] },
)

const child = fc.oneof(
  fc.constant(null),
  fc
    .tuple(primitives, priorities)
    .map(([value, priority]) =>
      priority === null ? value : { '.value': value, '.priority': priority },
    ),
  fc
    .tuple(primitives, fc.option(primitives), priorities)
    .map(([a, c, priority]): Json => ({ a, b: { c }, '.priority': priority })),
)

/** Writes to several children at once, as an update makes them. */
const updates = fc.array(fc.uniqueArray(fc.tuple(keys, child), { selector: ([key]) => key }), {
  maxLength: 8,
})

function apply(tree: Tree, update: [string, Json][]): Tree {
  return update.reduce((after, [key, json]) => withNodeAt(after, [key], parse(json)), tree)
}

/** What the client has after the changes: children that it was not told of stay as they were. */
function replay(before: ReadonlyMap<string, Node>, changes: ReadonlyMap<string, Node | null>) {
  const after = new Map(before)
  for (const [key, node] of changes) {
    if (node === null) after.delete(key)
    else after.set(key, node)
  }
  return after
}

const byKey = (map: ReadonlyMap<string, Node>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

describe('a live window', () => {
  test.each([true, false])('follows any updates (told which children changed: %s)', (isTold) => {
    fc.assert(
      fc.property(locations, wires, updates, (data, wire, all) => {
        const query = parseWireQuery(wire)
        let tree = parse(data)
        let window = windowOf(tree, query)
        for (const update of all) {
          tree = apply(tree, update)
          const step = advance(window, tree, isTold ? update.map(([key]) => key) : null)
          // A tree parsed anew shares no index with its predecessors.
          const fresh = windowOf(parse(toExport(tree)), query)
          const [before, after] = [new Map(entriesOf(window)), new Map(entriesOf(step.window))]
          expect(keysOf(step.window)).toEqual(keysOf(fresh))
          expect(byKey(replay(before, step.changes))).toEqual(byKey(after))
          for (const [key, node] of step.changes) expect(before.get(key) ?? null).not.toBe(node)
          window = step.window
        }
      }),
      { numRuns: 400 },
    )
  })

  test('follows updates among more children than one part holds', () => {
    const many = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{2}$/), child), {
      minLength: 150,
      maxLength: 400,
      selector: ([key]) => key,
    })
    fc.assert(
      fc.property(many, many, wires, (data, update, wire) => {
        const query = parseWireQuery(wire)
        const before = windowOf(parse(Object.fromEntries(data)), query)
        const tree = apply(before.tree, update)
        const { window, changes } = advance(
          before,
          tree,
          update.map(([key]) => key),
        )
        const fresh = windowOf(parse(toExport(tree)), query)
        expect(keysOf(window)).toEqual(keysOf(fresh))
        expect(byKey(replay(new Map(entriesOf(before)), changes))).toEqual(
          byKey(new Map(entriesOf(window))),
        )
      }),
      { numRuns: 30 },
    )
  })

  const numbers = parse(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i])))
  const top = windowOf(numbers, parseWireQuery({ i: '.value', l: 2, vf: 'r' }))

  test('a child that enters at the limit pushes another out', () => {
    const { changes } = advance(top, withNodeAt(numbers, ['new'], leafOf(500)), ['new'])
    expect([...changes]).toEqual([
      ['new', leafOf(500)],
      ['k98', null],
    ])
  })

  test('the next child enters where one leaves', () => {
    const { changes } = advance(top, withNodeAt(numbers, ['k99'], null), ['k99'])
    expect([...changes]).toEqual([
      ['k99', null],
      ['k97', leafOf(97)],
    ])
  })

  test('a change outside of it is no change', () => {
    const { changes, window } = advance(top, withNodeAt(numbers, ['k5'], leafOf(6)), ['k5'])
    expect(changes.size).toBe(0)
    expect(keysOf(window)).toEqual(['k98', 'k99'])
  })

  test('the same tree gives the same window', () => {
    expect(advance(top, numbers, null)).toEqual({ window: top, changes: new Map() })
    expect(advance(top, numbers, null).window).toBe(top)
  })

  test('everything leaves when the location becomes a leaf, and enters when it comes back', () => {
    const emptied = advance(top, leafOf(1), null)
    expect([...emptied.changes]).toEqual([
      ['k98', null],
      ['k99', null],
    ])
    const back = advance(emptied.window, numbers, null)
    expect(hashOf(back.changes.get('k99')!)).toBe(hashOf(leafOf(99)))
    expect(back.changes.size).toBe(2)
  })
})
