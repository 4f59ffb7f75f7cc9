import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Expression } from '../../../rtdb/src/rules/expression.ts'
import { parseExpression } from '../../../rtdb/src/rules/syntax.ts'
import { printExpression } from '../../../scripts/rules/printExpression.ts'
import { variantsOf } from '../../../scripts/rules/variants.ts'

const variants = (text: string) =>
  variantsOf(parseExpression(text)).map(({ expression }) => printExpression(expression))

test.each([
  ['an operand of &&', 'a && b && c', ['b && c', 'a && c', 'a && b']],
  ['an operand of ||', 'a || b', ['b', 'a']],
  ['an operand in a group', 'a && (b || c)', ['b || c', 'a', 'a && c', 'a && b']],
  ['an operand in a negation', '!(a && b)', ['!b', '!a']],
  ['a result of ?:', 'a ? b : c', ['b', 'c']],
  [
    'an item of a list',
    "d.hasChildren(['x', 'y'])",
    ["d.hasChildren(['y'])", "d.hasChildren(['x'])"],
  ],
  ['nothing of a list of one', "d.hasChildren(['x'])", []],
  ['a bound, by one', 'a <= 5', ['a < 5', 'a <= 4', 'a <= 6']],
  ['a strict comparison', 'a > b', ['a >= b']],
  ['no equality', 'a === b', []],
  [
    'anchors, and one character more',
    'a.matches(/^x{2}y{1,3}$/)',
    ['/x{2}y{1,3}$/', '/^x{2}y{1,3}/', '/^x{2,3}y{1,3}$/', '/^x{2}y{1,4}$/'].map(
      (pattern) => `a.matches(${pattern})`,
    ),
  ],
])('%s is changed', (_, text, expected) => {
  expect(variants(text)).toEqual(expected)
})

describe('what is printed means what was read', () => {
  const rules = readFileSync(join(__dirname, '../../../database.rules.json'), 'utf8')
  const ours = [...rules.matchAll(/"\.(?:read|write|validate)": "(.*)"/g)].map(([, text]) => text!)

  test.each([
    'a && (b || c) && !d',
    '(a || b) && c || d',
    'a - (b - c) - d * (e + f) % 2',
    '-(a + 1) < -b.c',
    '(a ? b : c) ? d : e ? f : g',
    "a['b c'].d[$e] !== 'it\\'s \\\\ \\n'",
    '(a && b) === (c || d)',
    'a.matches(/[/"]\\d{2}/i)',
    ...ours,
  ])('%s', (text) => {
    const expression = parseExpression(text)
    expect(meaningOf(parseExpression(printExpression(expression)))).toEqual(meaningOf(expression))
  })

  test('the rules have been found', () => expect(ours.length).toBeGreaterThan(50))
})

/** The tree without the places in the text. */
const meaningOf = (expression: Expression): unknown =>
  JSON.parse(
    JSON.stringify(expression, (key, value: unknown) => (key === 'at' ? undefined : value)),
  )
