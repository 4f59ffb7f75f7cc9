import fc from 'fast-check'
import { canRead, canWrite, parseRules, RulesError } from '../../../rtdb/src/rules/index.ts'
import { NOW, rulesError, treeOf } from './asking.ts'

describe('a rules file', () => {
  test('keeps its text, with comments, verbatim', () => {
    const text = '// ours\n{ /* all */ "rules": { ".read": true // open\n } }\n'
    expect(parseRules(text).text).toBe(text)
  })

  test.each([
    ['booleans', '{"rules":{".read":true,".write":false,".validate":true}}'],
    ['strings', '{"rules":{".read":"true",".write":"1 == 1"}}'],
    ['nothing', '{"rules":{}}'],
    ['a rule over several lines', '{"rules":{".read":"true &&\n\t\t true"}}'],
    ['escapes', '{"rules":{".read":"\\"\\u0061\\" == \'a\'"}}'],
    ['comments everywhere', '/**/{//\n"rules"/*:*/:{/* } */}//\n}/* end */'],
    ['what looks like a comment in a string', `{"rules":{".read":"'//' != '/* */'"}}`],
    ['a byte order mark', '\uFEFF{"rules":{}}'],
    ['a comma behind the last', '{"rules":{".read":true,".indexOn":["a" , ] /**/, },\n}'],
    ['indexes', '{"rules":{".indexOn":["a","b/c",".value"],"x":{".indexOn":".value"}}}'],
    ['the same wildcard in two branches', '{"rules":{"a":{"$x":{}},"b":{"$x":{}}}}'],
    [
      'names like those of prototypes',
      '{"rules":{"constructor":{".read":true},"__proto__":{".read":true}}}',
    ],
  ])('may hold %s', (_, text) => {
    expect(() => parseRules(text)).not.toThrow()
  })

  test.each([
    ['', 'Parse error: 1:1: Expected a value, but the file ends.'],
    ['nonsense', 'Parse error: 1:1: Expected a value, but there is "n".'],
    ['{"rules":{".read":tru}}', 'Parse error: 1:19: Expected a value, but there is "t".'],
    ['{"rules":{}', "Parse error: 1:12: Expected ',' or '}', but the file ends."],
    ['{"rules":{}}}', 'Parse error: 1:13: Expected the end of the file, but there is "}".'],
    [
      '{"rules":{".read":true,,}}',
      'Parse error: 1:24: Expected a key in double quotes, but there is ",".',
    ],
    ['{"rules":{,}}', 'Parse error: 1:11: Expected a key in double quotes, but there is ",".'],
    ["{'rules':{}}", 'Parse error: 1:2: Expected a key in double quotes, but there is "\'".'],
    ['{"rules" {}}', 'Parse error: 1:10: Expected \':\', but there is "{".'],
    ['{"rules":{}\n/* open', 'Parse error: 2:1: This comment does not end.'],
    ['{"rules', 'Parse error: 1:2: This string does not end.'],
    ['{"ru\\qles":{}}', "Parse error: 1:5: '\\q' is not an escape of JSON."],
    ['{"ru\\u12g4":{}}', "Parse error: 1:5: '\\u' is not an escape of JSON."],
    ['{"ru\u0001les":{}}', 'Parse error: 1:5: A control character in a string.'],
    ['{"rules":01}', "Parse error: 1:11: Expected ',' or '}', but there is \"1\"."],
    [
      '{"rules":{\n  ".read":true,\n  ".read":false}}',
      'Parse error: 3:3: The key ".read" comes twice.',
    ],
    ['{"rules":{},\n"rules":{}}', 'Parse error: 2:1: The key "rules" comes twice.'],
    ['[]', '1:1: Expected an object, but got array.'],
    ['null', '1:1: Expected an object, but got null.'],
    ['{}', '1:1: The file must be { "rules": { … } }.'],
    ['{"rules":null}', '1:10: Expected an object, but got null.'],
    ['{"rules":{},"more":1}', '1:13: Unknown key \'more\': only "rules" may stand here.'],
    ['{"rules":{"a":null}}', '1:15: /a: Expected an object, but got null.'],
    ['{"rules":{"a":"true"}}', '1:15: /a: Expected an object, but got string.'],
    ['{"rules":{"a":{".read":1}}}', '1:24: /a/.read: A rule must be a string or a boolean.'],
    ['{"rules":{".write":null}}', '1:20: /.write: A rule must be a string or a boolean.'],
    ['{"rules":{".validate":["true"]}}', '1:23: /.validate: A rule must be a string or a boolean.'],
    [
      '{"rules":{".reed":true}}',
      "1:11: /.reed: Unknown rule '.reed': it must be .read, .write, .validate or .indexOn.",
    ],
    [
      '{"rules":{".indexOn":true}}',
      '1:22: /.indexOn: .indexOn must be a string or a list of strings.',
    ],
    [
      '{"rules":{".indexOn":["a",1]}}',
      '1:27: /.indexOn: .indexOn must be a string or a list of strings.',
    ],
    ['{"rules":{".indexOn":"a.b"}}', "1:22: /.indexOn: The index 'a.b' holds one of"],
    ['{"rules":{".indexOn":""}}', "1:22: /.indexOn: The index '' is empty."],
    [
      '{"rules":{"a/b":{}}}',
      "1:11: /a/b: The key 'a/b' holds one of . $ # [ ] / or a control character.",
    ],
    ['{"rules":{"":{}}}', "1:11: /: The key '' is empty."],
    ['{"rules":{"$a":{},"$b":{}}}', '1:19: /$b: Only one wildcard may stand in one place.'],
    [
      '{"rules":{"$a":{"x":{"$a":{}}}}}',
      '1:22: /$a/x/$a: The wildcard $a stands on the way here already.',
    ],
    ['{"rules":{"$":{}}}', "1:11: /$: '$' is no wildcard: $ and then letters, digits or _."],
    ['{"rules":{"$a-b":{}}}', "1:11: /$a-b: '$a-b' is no wildcard"],
    [
      '{"rules":{".read":""}}',
      'Parse error: 1:20: /.read: Expected an operand, but the expression ends here.',
    ],
    [
      '{"rules":{".read":"(true"}}',
      "Parse error: 1:25: /.read: Expected ')', but the expression ends here.",
    ],
  ])('%s is refused', (text, message) => {
    const error = rulesError(text)
    expect(error).toBeInstanceOf(RulesError)
    expect(error.message.startsWith(message)).toBe(true)
  })

  test('an error stands at its line and column in the file, past escapes and line breaks', () => {
    const error = rulesError(`{
  "rules": {
    "users": {
      "$uid": {
        ".read": "\\"\\u0061\\" == $uid &&
                  $id == 'x'"
      }
    }
  }
}`)
    expect(error.message).toBe(
      "6:19: /users/$uid/.read: Unknown variable '$id': no such wildcard on the way here.",
    )
    expect([error.path, error.line, error.column]).toEqual(['/users/$uid/.read', 6, 19])
    const escaped = rulesError('{"rules":{".read":"\\"\\u0061\\" == x"}}')
    expect(escaped.column).toBe('{"rules":{".read":"\\"\\u0061\\" == x'.length)
  })

  test('without a rule at fault the path is empty', () => {
    expect(rulesError('{').path).toBe('')
  })
})

describe('a hostile file ends in a RulesError', () => {
  const rule = (expression: string) => `{"rules":{".read":${JSON.stringify(expression)}}}`

  test.each([
    ['parentheses', rule('('.repeat(10_000) + 'true' + ')'.repeat(10_000))],
    ['negations', rule('!'.repeat(10_000) + 'true')],
    ['minus signs', rule('-'.repeat(10_000) + '1 == 1')],
    ['choices', rule('true ? '.repeat(10_000) + 'true' + ' : true'.repeat(10_000))],
    ['a sum of many', rule('1 + '.repeat(10_000) + '1 == 1')],
    ['a long way of members', rule('auth' + '.a'.repeat(10_000) + ' == null')],
    ['computed names', rule('auth' + '[auth'.repeat(10_000) + ']'.repeat(10_000) + ' == null')],
    ['a chain of calls', rule('root' + ".child('a')".repeat(10_000) + '.exists()')],
    ['lists', rule('['.repeat(10_000))],
    [
      'groups in a regular expression',
      rule(`'a'.matches(/${'('.repeat(10_000)}a${')'.repeat(10_000)}/)`),
    ],
    ['objects', '{"rules":' + '{"a":'.repeat(10_000)],
    ['arrays', '['.repeat(10_000)],
  ])('%s, 10,000 deep', (_, text) => {
    expect(rulesError(text)).toBeInstanceOf(RulesError)
  })

  test('but long chains of && and || are no depth', () => {
    const all = parseRules(rule('true && '.repeat(20_000) + 'true'))
    expect(canRead(all, { auth: null, now: NOW }, null, []).allowed).toBe(true)
  })

  test('whatever the bytes', () => {
    const json = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.json(),
      fc
        .array(fc.constantFrom(...'{}[]":,\\/*\n tru0-.$', '"rules"', '".read"'), { maxLength: 40 })
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(json, (text) => {
        try {
          parseRules(text)
        } catch (error) {
          expect(error).toBeInstanceOf(RulesError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('random expressions', () => {
  const words = [
    'auth',
    'root',
    'data',
    'newData',
    'now',
    'query',
    '$k',
    '$x',
    'true',
    'false',
    'null',
    '0',
    '1',
    '2.5',
    '1e3',
    "'a'",
    "''",
    '"b/c"',
    '/a+/',
    '/(b|c)$/i',
    '.',
    '[',
    ']',
    '(',
    ')',
    '!',
    '-',
    '+',
    '*',
    '/',
    '%',
    '<',
    '<=',
    '>',
    '>=',
    '==',
    '===',
    '!=',
    '!==',
    '&&',
    '||',
    '?',
    ':',
    ',',
    'child',
    'val',
    'parent',
    'exists',
    'hasChild',
    'hasChildren',
    'isString',
    'length',
    'contains',
    'matches',
    'replace',
    'uid',
    'token',
    '__proto__',
    'constructor',
    'orderByChild',
    ' ',
  ]

  test('of any tokens never throw anything but a RulesError', () => {
    const expression = fc
      .array(fc.constantFrom(...words), { maxLength: 12 })
      .map((parts) => parts.join(' '))
    fc.assert(
      fc.property(expression, (source) => {
        try {
          judge(source)
        } catch (error) {
          expect(error).toBeInstanceOf(RulesError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('that are well typed never throw when they are evaluated', () => {
    fc.assert(
      fc.property(booleans, (source) => {
        expect(typeof judge(source)).toBe('boolean')
      }),
      { numRuns: 1000 },
    )
  })

  /** Expressions that pass the upload, with operands that may be anything at runtime. */
  const { booleans } = fc.letrec<
    Record<'booleans' | 'numbers' | 'strings' | 'places' | 'anything', string>
  >((tie) => ({
    booleans: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('true', 'false', '$k == null', 'root.hasChildren()'),
      fc
        .tuple(tie('booleans'), fc.constantFrom('&&', '||', '==', '!='), tie('booleans'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('anything'), fc.constantFrom('==', '!==', '===', '!='), tie('anything'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('numbers'), fc.constantFrom('<', '<=', '>', '>='), tie('numbers'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('booleans'), tie('booleans'), tie('booleans'))
        .map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      tie('booleans').map((a) => `!(${a})`),
      fc
        .tuple(
          tie('places'),
          fc.constantFrom('exists', 'isNumber', 'isString', 'isBoolean', 'hasChildren'),
        )
        .map(([place, name]) => `${place}.${name}()`),
      fc
        .tuple(tie('places'), tie('strings'))
        .map(([place, s]) => `${place}.hasChildren([${s}, 'a'])`),
      fc
        .tuple(
          tie('strings'),
          fc.constantFrom('contains', 'beginsWith', 'endsWith'),
          tie('strings'),
        )
        .map(([s, name, t]) => `${s}.${name}(${t})`),
      tie('strings').map((s) => `${s}.matches(/^a+$/i)`),
    ),
    numbers: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('0', '1.5', 'now', 'auth.n', 'data.val()', 'auth.uid.length'),
      fc
        .tuple(tie('numbers'), fc.constantFrom('-', '*', '/', '%'), tie('numbers'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('numbers').map((a) => `-${a}`),
    ),
    strings: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        "'a'",
        "''",
        '$k',
        'auth.uid',
        'auth.token.email',
        'newData.val()',
        "auth['__proto__']",
        "'a/b'",
      ),
      fc.tuple(tie('strings'), tie('strings')).map(([a, b]) => `(${a} + ${b})`),
      fc.tuple(tie('strings'), tie('strings')).map(([a, b]) => `${a}.replace(${b}, ${a})`),
      tie('strings').map((a) => `${a}.toUpperCase()`),
    ),
    places: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('root', 'data', 'newData'),
      fc.tuple(tie('places'), tie('strings')).map(([place, s]) => `${place}.child(${s})`),
      tie('places').map((place) => `${place}.parent()`),
    ),
    anything: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('null', 'auth', 'auth.token'),
      tie('numbers'),
      tie('strings'),
      tie('booleans'),
      tie('places').map((place) => `${place}.getPriority()`),
    ),
  }))

  const before = treeOf({ a: { a: 1, b: 'x' } })
  const after = treeOf({ a: { a: 'a', b: { a: true } } })
  const auths = [null, { uid: 'a', n: 1, token: { email: 'a/b' } }, { uid: 3, n: 'x', token: null }]

  /** Asks a rule everything; true if every answer is a verdict. */
  function judge(source: string): boolean {
    const rule = JSON.stringify(source)
    const rules = parseRules(`{"rules":{"$k":{".write":${rule},".validate":${rule}}}}`)
    return auths.every(
      (auth) =>
        typeof canWrite(rules, { auth, now: NOW }, before, after, ['a']).allowed === 'boolean',
    )
  }
})
