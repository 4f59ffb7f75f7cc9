import fc from 'fast-check'
import { applyChanges, parseChange, type Change } from '../../rtdb/src/changes.ts'
import { parseTree, toExport } from '../../rtdb/src/tree/index.ts'
import { exports, primitives } from './tree/arbitrary.ts'

const NOW = 1_795_300_000_000

/** Paths that often have their parent in common, and that none lies inside another of. */
const changes: fc.Arbitrary<Change[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom('a', 'b'),
      fc.constantFrom('1', '2', '3'),
      fc.option(primitives),
    ),
    { maxLength: 12 },
  )
  .map((rows) => [...new Map(rows.map((row) => [row.slice(0, 3).join('/'), row[3]]))])
  .map((rows) => rows.map(([path, value]) => parseChange(`/${path}`, value)))

test('changes of one parent, made together, leave what each by itself leaves', () => {
  fc.assert(
    fc.property(exports, changes, (json, all) => {
      const root = parseTree(withoutPriorities(json), { now: NOW })
      const oneByOne = all.reduce((tree, change) => applyChanges(tree, [change], NOW), root)
      expect(toExport(applyChanges(root, all, NOW))).toEqual(toExport(oneByOne))
    }),
    { numRuns: 2000 },
  )
})

/** A branch that is emptied on the way and filled again loses its priority, one by one. */
const withoutPriorities = (json: unknown): unknown =>
  JSON.parse(
    JSON.stringify(json, (key, value: unknown) => (key === '.priority' ? undefined : value)),
  ) as unknown
