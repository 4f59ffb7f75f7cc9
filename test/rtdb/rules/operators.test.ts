import { ask, refusal } from './asking.ts'

const ada = { uid: 'ada', n: 1, text: 'one', yes: true, zero: 0, claims: { role: 'admin' } }

describe('what operators give', () => {
  test.each([
    // equality: type and value, in both spellings
    ['1 == 1', true],
    ['1 === 1', true],
    ['1 == 2', false],
    ["'a' == 'a'", true],
    ["'a' == 'A'", false],
    ['1 != 2', true],
    ['1 !== 1', false],
    ["1 == '1'", false],
    ["1 != '1'", true],
    ['true == true', true],
    ['true == false', false],
    ['null == null', true],
    ['null == false', false],
    ['0 == null', false],
    ["'' == null", false],
    ['-0 == 0', true],
    ['auth.n == 1', true],
    ["auth.n == 'one'", false],
    ["auth.n != 'one'", true],
    ['auth.missing == null', true],
    ['auth.missing != null', false],
    ['auth.claims == null', false],
    ['auth.claims == auth.claims', true],
    // comparison
    ['1 < 2', true],
    ['2 < 1', false],
    ['2 <= 2', true],
    ['3 <= 2', false],
    ['2 > 1', true],
    ['1 > 1', false],
    ['1 >= 1', true],
    ['0 >= 1', false],
    ["'a' < 'b'", true],
    ["'b' < 'a'", false],
    ["'Z' < 'a'", true],
    ["'10' < '9'", true],
    ['auth.n < 5', true],
    ['auth.n > 5', false],
    // arithmetic
    ['1 + 2 == 3', true],
    ['1 + 2 == 4', false],
    ['5 - 3 == 2', true],
    ['2 * 3 == 6', true],
    ['7 / 2 == 3.5', true],
    ['7 % 4 == 3', true],
    ['-7 % 4 == -3', true],
    ['-auth.n == -1', true],
    ['- -1 == 1', true],
    ['auth.n / 2 == 0.5', true],
    // a division by zero is NaN
    ["1 / 0 + '' == 'NaN'", true],
    ['1 / 0 > 2', false],
    ['1 / 0 < 2', false],
    ['1 / 0 == 1 / 0', false],
    ['1 / 0 != 1 / 0', true],
    ['1 % auth.zero != 1 % auth.zero', true],
    // + joins strings, numbers written as in JavaScript
    ["'a' + 'b' == 'ab'", true],
    ["'a' + 1 == 'a1'", true],
    ["1 + 'a' == '1a'", true],
    ["1.50 + '' == '1.5'", true],
    ["1e21 + '' == '1e+21'", true],
    ["1 + 2 + 'a' == '3a'", true],
    ["'a' + 1 + 2 == 'a12'", true],
    ["auth.text + auth.n == 'one1'", true],
    // logic
    ['true && true', true],
    ['true && false', false],
    ['false || true', true],
    ['false || false', false],
    ['true && true && true', true],
    ['true && true && false', false],
    ['false || false || true', true],
    ['false || false || false', false],
    ['!false', true],
    ['!true', false],
    ['!!true', true],
    ['!(auth.missing == null)', false],
    // choice
    ['true ? true : false', true],
    ['false ? true : false', false],
    ["(auth.yes == true ? 'a' : 'b') == 'a'", true],
    ["(auth.yes == true ? 1 : 'b') == 1", true],
    ['(auth.yes == true ? root : data).exists()', false],
    ['(auth.yes == true ? auth.claims : null).role == null', false],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression, { auth: ada })).toBe(expected)
  })
})

describe('precedence and associativity are those of JavaScript', () => {
  test.each([
    ['1 + 2 * 3 == 7', true],
    ['(1 + 2) * 3 == 9', true],
    ['10 - 4 - 3 == 3', true],
    ['100 / 10 / 5 == 2', true],
    ['10 % 4 * 2 == 4', true],
    ['1 + 1 < 3 == true', true],
    ['1 < 2 == 2 > 1', true],
    ['true || true && false', true],
    ['(true || true) && false', false],
    ['false && false || true', true],
    ['false && (false || true)', false],
    ['!false && false', false],
    ['-1 + 2 == 1', true],
    ['-(1 + 2) == -3', true],
    ['true ? false : true ? true : false', false],
    ['false ? false : true ? true : false', true],
    ['true ? true ? false : true : true', false],
    ['false || true ? false : true', false],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression)).toBe(expected)
  })
})

describe('&& and || and ?: evaluate no more than they need', () => {
  test.each([
    ['auth == null || auth.uid.length > 3', true],
    ['auth != null && auth.uid.length > 3', false],
    ['auth == null ? true : auth.uid.length > 3', true],
    ['auth != null ? auth.uid.length > 3 : true', true],
    ['auth == null || true || auth.uid.length > 3', true],
    ['true && auth != null && auth.uid.length > 3', false],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression)).toBe(expected)
  })
})

describe('a type error at runtime makes the whole rule false, not only a part of it', () => {
  test.each([
    ['auth.missing < 5', 'The left operand of < must be a number or a string, but it is null'],
    ["auth.n > 'a'", "The right operand of > must be of the left one's type, but it is a string"],
    ["'a' >= auth.n", "The right operand of >= must be of the left one's type, but it is a number"],
    [
      "'a' <= auth.yes",
      "The right operand of <= must be of the left one's type, but it is a boolean",
    ],
    [
      'auth.yes < auth.yes',
      'The left operand of < must be a number or a string, but it is a boolean',
    ],
    [
      'auth.missing <= auth.missing',
      'The left operand of <= must be a number or a string, but it is null',
    ],
    [
      "'a' + auth.missing == 'a'",
      'The right operand of + must be a number or a string, but it is null',
    ],
    [
      "auth.missing + 'a' == 'a'",
      'The left operand of + must be a number or a string, but it is null',
    ],
    [
      '1 + auth.yes == 2',
      'The right operand of + must be a number or a string, but it is a boolean',
    ],
    [
      '1 + auth.claims == 2',
      'The right operand of + must be a number or a string, but it is an object',
    ],
    ['auth.text - 1 == 0', 'The left operand of - must be a number, but it is a string'],
    ['1 - auth.text == 0', 'The right operand of - must be a number, but it is a string'],
    ['auth.yes * 1 == 1', 'The left operand of * must be a number, but it is a boolean'],
    ['1 / auth.missing == 1', 'The right operand of / must be a number, but it is null'],
    ['auth.text % 2 == 1', 'The left operand of % must be a number, but it is a string'],
    ['-auth.text == -1', 'The operand of - must be a number, but it is a string'],
    [
      'root.val() > 1',
      'The left operand of > must be a number or a string, but it is a node with children',
    ],
  ])('%s', (expression, error) => {
    const world = { auth: ada, data: { a: 1 } }
    expect(ask(expression, world)).toContain(error)
    expect(ask(`(${expression}) || true`, world)).toContain(error)
    expect(ask(`!(${expression})`, world)).toContain(error)
  })

  test('the error names the column of the operator', () => {
    expect(ask('true && auth.n < auth.text', { auth: ada })).toMatch(
      /\(column 16 of the expression\)/,
    )
  })
})

describe('operands of types that can never fit are refused at upload, at the operator', () => {
  test.each([
    [
      'root == null',
      5,
      'The left operand of == must be a string or a number or a boolean or null, but it is a snapshot (use val() or exists()).',
    ],
    ['null != root', 5, 'The right operand of != must be'],
    ['query == null', 6, 'but it is the query.'],
    [
      'root.val() > true',
      11,
      'The right operand of > must be a number or a string, but it is a boolean.',
    ],
    ['true < root.val()', 5, 'The left operand of < must be'],
    ['now < null', 4, 'but it is null.'],
    ["1 < 'a'", 2, '< cannot compare a number with a string.'],
    ["'a' >= now", 4, '>= cannot compare a string with a number.'],
    [
      '1 + true == 2',
      2,
      'The right operand of + must be a number or a string, but it is a boolean.',
    ],
    ['null + 1 == 2', 5, 'The left operand of +'],
    ["'a' - 1 == 2", 4, 'The left operand of - must be a number, but it is a string.'],
    ["1 * 'a' == 2", 2, 'The right operand of * must be a number, but it is a string.'],
    ['true / 1 == 2', 5, 'The left operand of / must be a number, but it is a boolean.'],
    ['1 % null == 2', 2, 'The right operand of %'],
    ["-'a' == 1", 0, 'The operand of - must be a number, but it is a string.'],
    [
      '!auth.admin',
      0,
      'The operand of ! must be a boolean, but it is a claim of unknown type; compare it, as in … === true.',
    ],
    ['!1 == false', 0, 'The operand of ! must be a boolean, but it is a number.'],
    [
      'auth.admin && true',
      5,
      'An operand of && must be a boolean, but it is a claim of unknown type',
    ],
    [
      'true && root.val()',
      13,
      'An operand of && must be a boolean, but it is a value of unknown type',
    ],
    ["true || 'a'", 8, 'An operand of || must be a boolean, but it is a string.'],
    ['auth.admin ? true : false', 5, 'The condition of ?: must be a boolean'],
    [
      'true ? root : 1',
      5,
      'The two results of ?: do not go together: a snapshot (use val() or exists()) and a number.',
    ],
    ['true ? 7 : true', 5, 'A rule must be a boolean, but it is a value of unknown type'],
    ['7', 0, 'A rule must be a boolean, but it is a number.'],
    ["'true'", 0, 'A rule must be a boolean, but it is a string.'],
    ['null', 0, 'A rule must be a boolean, but it is null.'],
    ['root', 0, 'A rule must be a boolean, but it is a snapshot'],
    ['auth', 0, 'A rule must be a boolean, but it is a claim of unknown type; compare it'],
    ['auth.token.admin', 11, 'A rule must be a boolean'],
  ])('%s', (expression, at, problem) => {
    const found = refusal(expression)
    expect(found.problem).toContain(problem)
    expect(found.at).toBe(at)
  })
})
