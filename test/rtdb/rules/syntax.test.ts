import { ask, refusal } from './asking.ts'

describe('literals', () => {
  test.each([
    ['0 == 0.0', true],
    ['1e3 == 1000', true],
    ['1E+3 == 1000', true],
    ['25e-1 == 2.5', true],
    ['.5 == 0.5', true],
    ['5. == 5', true],
    ['0x1F == 31', true],
    ['0 == 1', false],
    [`'a' == "a"`, true],
    [`'it\\'s' == "it's"`, true],
    [`"say \\"hi\\"" == 'say "hi"'`, true],
    ["'\\u0041\\x42' == 'AB'", true],
    ["'a\\nb'.length == 3", true],
    ["'\\\\'.length == 1", true],
    ["'\\q' == 'q'", true],
    ["'a\\tb' == 'a b'", false],
    ['true != false', true],
    ['null == null', true],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression)).toBe(expected)
  })
})

describe('a slash divides after an operand and starts a regular expression elsewhere', () => {
  test.each([
    ['8 / 4 / 2 == 1', true],
    ['(8) / 2 == 4', true],
    ['auth.list[0] / 2 == 4', true],
    ["'a/b'.matches(/a[/]b/)", true],
    ["'a/b'.matches(/a\\/b/)", true],
    ["'a/b'.matches(/^[^\\]/]+$/)", false],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression, { auth: { list: [8] } })).toBe(expected)
  })
})

describe('what cannot be read', () => {
  test.each([
    ['', 0, 'Expected an operand, but the expression ends here.'],
    ['   ', 3, 'Expected an operand, but the expression ends here.'],
    ['true true', 5, "Unexpected: there is 'true'."],
    ['var foo == 8', 4, "Unexpected: there is 'foo'."],
    ['root = 5', 5, 'Unexpected character "=".'],
    ['true; false', 4, 'Unexpected character ";".'],
    ['true & false', 5, 'Unexpected character "&".'],
    ['true | false', 5, 'Unexpected character "|".'],
    ['~1 == 1', 0, 'Unexpected character "~".'],
    ['1 ^ 1 == 1', 2, 'Unexpected character "^".'],
    ['{} == null', 0, 'Unexpected character "{".'],
    ['`a` == 1', 0, 'Unexpected character "`".'],
    ['#a', 0, 'Unexpected character "#".'],
    ['2**2 == 4', 2, "Expected an operand, but there is '*'."],
    ['1 +', 3, 'Expected an operand, but the expression ends here.'],
    ['+1 == 1', 0, "Expected an operand, but there is '+'."],
    ['(true', 5, "Expected ')', but the expression ends here."],
    ['true)', 4, "Unexpected: there is ')'."],
    ['()', 1, "Expected an operand, but there is ')'."],
    ['true ? false', 12, "Expected ':', but the expression ends here."],
    ['true ? : false', 7, "Expected an operand, but there is ':'."],
    ['auth. == 1', 6, "Expected a name, but there is '=='."],
    ["auth.'a' == 1", 5, "Expected a name, but there is 'a'."],
    ['auth.1 == 1', 4, "Unexpected: there is '.1'."],
    ['auth[] == 1', 5, "Expected an operand, but there is ']'."],
    ["auth['a' == 1", 13, "Expected ']', but the expression ends here."],
    ["root.hasChildren(['a')", 21, "Expected ']', but there is ')'."],
    ["root.hasChildren(['a',])", 22, "Expected an operand, but there is ']'."],
    ['root.exists(', 12, 'Expected an operand, but the expression ends here.'],
    ["root.child('a',).exists()", 15, "Expected an operand, but there is ')'."],
    ["'open == 1", 0, 'This string does not end.'],
    ["'a\nb' == 1", 0, 'This string does not end.'],
    ["'a\\", 2, 'This escape does not end.'],
    ["'\\u12' == 1", 1, "'\\u' needs 4 hexadecimal digits."],
    ["'\\xg0' == 1", 1, "'\\x' needs 2 hexadecimal digits."],
    ['1x == 1', 0, 'This number cannot be read.'],
    ['010 == 8', 0, 'This number cannot be read.'],
    ['1.2.3 == 1', 0, 'This number cannot be read.'],
    ['1_000 == 1', 0, 'This number cannot be read.'],
    ["'a'.matches(//)", 12, 'This regular expression is empty or does not end.'],
    ["'a'.matches(/a)", 12, 'This regular expression is empty or does not end.'],
    ["'a'.matches(/[/)", 12, 'This regular expression is empty or does not end.'],
  ])('%s', (expression, at, problem) => {
    expect(refusal(expression)).toEqual({ at, problem })
  })
})
