import { mutantsOf } from '../../../scripts/rules/mutantsOf.ts'

const changesIn = (rules: object) =>
  mutantsOf(JSON.stringify({ rules })).map(({ rule, change, text }) => {
    const left = (JSON.parse(text) as { rules: unknown }).rules
    return [rule, change, left]
  })

test('a rule is removed, and a grant is made to everybody', () => {
  expect(changesIn({ a: { '.read': "auth.uid === 'x'" } })).toEqual([
    ['/a/.read', 'removed', { a: {} }],
    ['/a/.read', 'true for everybody', { a: { '.read': true } }],
  ])
  expect(changesIn({ '.validate': 'newData.isString()' })).toEqual([['/.validate', 'removed', {}]])
})

test('literal rules: what would change nothing is left out', () => {
  expect(changesIn({ '.write': false })).toEqual([
    ['/.write', 'true for everybody', { '.write': true }],
  ])
  expect(changesIn({ '.write': true })).toEqual([['/.write', 'removed', {}]])
  expect(changesIn({ $other: { '.validate': false } })).toEqual([
    ['/$other/.validate', 'removed', { $other: {} }],
  ])
})

test('each index is removed', () => {
  expect(changesIn({ '.indexOn': ['a', 'b'] })).toEqual([
    ['/.indexOn', 'without a', { '.indexOn': ['b'] }],
    ['/.indexOn', 'without b', { '.indexOn': ['a'] }],
  ])
  expect(changesIn({ '.indexOn': 'a' })).toEqual([['/.indexOn', 'without a', { '.indexOn': [] }]])
})

test('a mutant says on which line of the commented file its rule stands', () => {
  const text =
    '{\n  // A comment with "quotes".\n  "rules": {\n    ".read": "auth != null"\n  }\n}\n'
  expect(mutantsOf(text).map(({ line }) => line)).toEqual([4, 4])
})
