import fc from 'fast-check'
import { canRead, Grounds, parseRules } from '../../../rtdb/src/rules/index.ts'
import { nodeAt, type Tree } from '../../../rtdb/src/tree/index.ts'
import { NOW, treeOf } from './asking.ts'

/** What the verdict on reading `/a/b` rests on, and whether it is a yes. */
function judge(rules: object, root: Tree) {
  const grounds = new Grounds()
  const context = { auth: { uid: 'b' }, now: NOW, grounds }
  const { allowed } = canRead(parseRules(JSON.stringify({ rules })), context, root, ['a', 'b'])
  return { allowed, paths: grounds.paths.map((path) => path.join('/')), clock: grounds.clock }
}

const DATA = treeOf({ a: { b: 1, c: 2 }, c: { b: true } })

test.each([
  [{ '.read': true }, [], false],
  [{ '.read': 'auth.uid === "b"' }, [], false],
  [{ '.read': 'data.exists()' }, [''], false],
  [{ a: { $x: { '.read': 'data.val() === 1' } } }, ['a/b'], false],
  [{ a: { $x: { '.read': "data.parent().hasChildren(['b', 'c'])" } } }, ['a/b', 'a/c'], false],
  [{ a: { $x: { '.read': "root.child('c').child($x).val() === true" } } }, ['c/b'], false],
  [{ a: { '.read': "root.child('c/' + auth.uid).isBoolean()" } }, ['c/b'], false],
  [{ '.read': "auth != null || root.child('c').exists()" }, [], false],
  [{ '.read': 'now > 0' }, [], true],
])('%j rests on %j', (rules, paths, clock) => {
  expect(judge(rules, DATA)).toEqual({ allowed: true, paths, clock })
})

test('a verdict only changes when one of the nodes it rests on does', () => {
  const operand = fc.constantFrom(
    ...['data.exists()', 'root.child("c").child($x).exists()', 'data.parent().val() == null'],
    ...['root.hasChildren(["a", "c"])', 'root.child("a/b").val() === root.child("c/b").val()'],
    ...['data.child("d").isNumber()', 'root.child("c").hasChild(auth.uid)', 'auth.uid === $x'],
  )
  const operator = fc.constantFrom('&&', '||', '&& !', '|| !')
  const rule = fc
    .tuple(operand, fc.array(fc.tuple(operator, operand), { maxLength: 3 }))
    .map(([first, more]) => [first, ...more.map(([sign, each]) => `${sign}(${each})`)].join(' '))
  const leaf = fc.constantFrom(null, 1, 2, { d: 1 }, { d: 'x' })
  const data = fc.record({
    a: fc.oneof(leaf, fc.record({ b: leaf, d: leaf })),
    c: fc.record({ b: leaf }),
  })
  fc.assert(
    fc.property(rule, data, data, (expression, one, other) => {
      const rules = { a: { $x: { '.read': expression } } }
      const before = treeOf(one)
      const after = treeOf(other)
      const { allowed, paths } = judge(rules, before)
      if (judge(rules, after).allowed === allowed) return
      const isTouched = (path: string): boolean => {
        const keys = path.split('/').filter(Boolean)
        return nodeAt(before, keys) !== nodeAt(after, keys)
      }
      expect(paths.filter(isTouched)).not.toEqual([])
    }),
    { numRuns: 500 },
  )
})
