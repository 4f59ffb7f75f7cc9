import { ask, askBelow, NOW, refusal, set } from './asking.ts'

const data = {
  a: { b: { c: 1 }, text: 'hello', flag: false, none: 0 },
  weighed: { '.value': 'x', '.priority': 5 },
  named: { '.value': 'x', '.priority': 'p' },
  constructor: { name: 'own' },
}

describe('snapshots', () => {
  test.each([
    ["root.child('a/text').val() == 'hello'", true],
    ["root.child('a/text').val() == 'bye'", false],
    ["root.child('missing').val() == null", true],
    ["root.child('a/flag').val() == false", true],
    ['root.val() == null', false],
    ['root.val() == root.val()', false],
    ['root.val() != root.val()', true],
    ["root.child('a').child('b').child('c').val() == 1", true],
    ["root.child('a/b/c').val() == 1", true],
    ["root.child('/a//b/').child('c').val() == 1", true],
    ["root.child('').child('a/b/c').val() == 1", true],
    ["root.child('a.b#$[]').exists()", false],
    ["root.child('a/text/deeper').exists()", false],
    ["root.child('a').exists()", true],
    ["root.child('a/none').exists()", true],
    ["root.child('z').exists()", false],
    ["root.child('a/b').parent().child('text').exists()", true],
    ["root.child('a/b/c').parent().parent().hasChild('flag')", true],
    ["root.child('x/y').parent().parent().hasChild('a')", true],
    ["root.hasChild('a/b')", true],
    ["root.hasChild('a/z')", false],
    ["root.hasChild('')", false],
    ['root.hasChildren()', true],
    ["root.child('a/text').hasChildren()", false],
    ["root.child('z').hasChildren()", false],
    ["root.hasChildren(['a'])", true],
    ["root.hasChildren(['a', 'a/b/c'])", true],
    ["root.hasChildren(['a', 'z'])", false],
    ["root.child('weighed').getPriority() == 5", true],
    ["root.child('named').getPriority() == 'p'", true],
    ["root.child('a').getPriority() == null", true],
    ["root.child('z').getPriority() == null", true],
    ["root.child('a/b/c').isNumber()", true],
    ["root.child('a/none').isNumber()", true],
    ["root.child('a/text').isNumber()", false],
    ["root.child('a').isNumber()", false],
    ["root.child('z').isNumber()", false],
    ["root.child('a/text').isString()", true],
    ["root.child('a/flag').isString()", false],
    ["root.child('z').isString()", false],
    ["root.child('a/flag').isBoolean()", true],
    ["root.child('a/none').isBoolean()", false],
    ["root.child('z').isBoolean()", false],
    ["root['exists']()", true],
    ["root['child']('a')['val']() == null", false],
    // Keys named like parts of JavaScript's prototypes are keys.
    ["root.child('constructor/name').val() == 'own'", true],
    ["root.child('__proto__').exists()", false],
    ["root.child('a/toString').exists()", false],
    ["root.hasChildren(['constructor'])", true],
    ["root.child('a').hasChild('hasOwnProperty')", false],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression, { data })).toBe(expected)
  })

  test.each([
    ['root.parent().exists()', 'The root has no parent'],
    ["root.child('a').parent().parent() == null || true", null],
    ["root.child('a').parent().parent().exists()", 'The root has no parent'],
    ['root.child(auth.uid).exists()', 'The argument of child() must be a string, but it is null'],
    [
      "root.child(root.child('a/b/c').val()).exists()",
      'The argument of child() must be a string, but it is a number',
    ],
    ['root.hasChild(auth.uid)', 'The argument of hasChild() must be a string, but it is null'],
    [
      "root.hasChildren(['a', auth.uid])",
      'The argument of hasChildren() must be a string, but it is null',
    ],
    [
      "root.hasChildren(['z', auth.uid])",
      'The argument of hasChildren() must be a string, but it is null',
    ],
    [
      'root.child(query.orderByChild).exists()',
      'The argument of child() must be a string, but it is null',
    ],
  ])('%s fails at runtime', (expression, error) => {
    if (error === null) expect(refusal(expression).problem).toContain('The left operand of ==')
    else expect(ask(expression, { data })).toContain(error)
  })

  test.each([
    ['root.val(1) == 1', 5, 'val() takes 0 arguments, but got 1.'],
    ['root.child().exists()', 5, 'child() takes 1 argument, but got 0.'],
    ["root.child('a', 'b').exists()", 5, 'child() takes 1 argument, but got 2.'],
    ['root.child(1).exists()', 11, 'The argument of child() must be a string, but it is a number.'],
    [
      'root.child(data).exists()',
      11,
      'The argument of child() must be a string, but it is a snapshot',
    ],
    ['root.parent(1).exists()', 5, 'parent() takes 0 arguments'],
    [
      'root.hasChild(true)',
      14,
      'The argument of hasChild() must be a string, but it is a boolean.',
    ],
    ['root.hasChildren([])', 17, 'hasChildren() got an empty list.'],
    ["root.hasChildren('a', 'b')", 17, 'hasChildren() takes nothing or one list of strings.'],
    ["root.hasChildren('a')", 17, 'hasChildren() takes nothing or one list of strings.'],
    ["root.hasChildren(['a'], ['b'])", 17, 'hasChildren() takes nothing or one list of strings.'],
    [
      "root.hasChildren(['a', 7])",
      23,
      'The argument of hasChildren() must be a string, but it is a number.',
    ],
    ["['a'] == ['a']", 0, 'A list may only stand in hasChildren(…).'],
    ['root.isArray()', 5, "No such method/property 'isArray'."],
    ['root.foo == 1', 5, "No such method/property 'foo'."],
    ['root.constructor == null', 5, "No such method/property 'constructor'."],
    ['root.__proto__ == null', 5, "No such method/property '__proto__'."],
    ['root.toString() == null', 5, "No such method/property 'toString'."],
    ['root.exists == true', 5, "'exists' is a method: call it, as in exists()."],
    ['root.hasChildren', 5, "'hasChildren' is a method"],
    ["root['exi' + 'sts']()", 11, 'The name of a method must be written out.'],
    ["root['exi' + 'sts'] == 1", 4, 'Only a claim of auth may be read with a computed name.'],
    ["root['nope']() == 1", 4, "No such method/property 'nope'."],
    ['root()', 0, 'Only a method can be called.'],
    ['root.exists()()', 5, 'Only a method can be called.'],
    ["root.contains('a')", 5, "No such method/property 'contains'."],
  ])('%s is refused', (expression, at, problem) => {
    const found = refusal(expression)
    expect(found.problem).toContain(problem)
    expect(found.at).toBe(at)
  })
})

describe('strings', () => {
  test.each([
    ["'foobar'.contains('oba')", true],
    ["'foobar'.contains('x')", false],
    ["'foobar'.contains('')", true],
    ["''.contains('')", true],
    ["'foobar'.contains('.')", false],
    ["'foobar'.beginsWith('foo')", true],
    ["'foobar'.beginsWith('bar')", false],
    ["'foobar'.beginsWith('')", true],
    ["'foobar'.endsWith('bar')", true],
    ["'foobar'.endsWith('foo')", false],
    ["'a-b-c'.replace('-', '+') == 'a+b+c'", true],
    ["'a-b-c'.replace('-', '+') == 'a+b-c'", false],
    ["'abc'.replace('b', '$&$1') == 'a$&$1c'", true],
    ["'a.c'.replace('.', '') == 'ac'", true],
    ["'abc'.replace('', '-') == '-a-b-c-'", true],
    ["'AbC'.toLowerCase() == 'abc'", true],
    ["'AbC'.toLowerCase() == 'AbC'", false],
    ["'AbC'.toUpperCase() == 'ABC'", true],
    ["'AbC'.toUpperCase() == 'abc'", false],
    ["'abc'.matches(/^a.c$/)", true],
    ["'abd'.matches(/^a.c$/)", false],
    ["'abc'.length == 3", true],
    ["''.length == 0", true],
    ["'😀'.length == 2", true],
    ["'abc'['length'] == 3", true],
    ["root.child('a/text').val().length == 5", true],
    ["root.child('a/text').val().contains('ell')", true],
    ["root.child('a/text').val().toUpperCase().endsWith('LO')", true],
    ["root.child('z').val().length == null", true],
    ["auth.uid.contains('d')", true],
    ["auth['uid']['contains']('d')", true],
    ['auth.uid.length == 3', true],
  ])('%s is %p', (expression, expected) => {
    expect(ask(expression, { data, auth: { uid: 'ada' } })).toBe(expected)
  })

  test.each([
    [
      "auth.contains('a')",
      'contains() is a method of strings: this must be a string, but it is an object',
    ],
    [
      "auth.none.contains('a')",
      'contains() is a method of strings: this must be a string, but it is null',
    ],
    ["'a'.contains(auth.none)", 'The argument of contains() must be a string, but it is null'],
    ["'a1'.contains(auth.n)", 'The argument of contains() must be a string, but it is a number'],
    ["'a'.beginsWith(auth.none)", 'The argument of beginsWith() must be a string'],
    ["'a'.endsWith(auth.n)", 'The argument of endsWith() must be a string'],
    ["'a'.replace(auth.none, 'b') == 'a'", 'The argument of replace() must be a string'],
    ["'a'.replace('a', auth.n) == '1'", 'The argument of replace() must be a string'],
    ["auth.n.toLowerCase() == '1'", 'toLowerCase() is a method of strings'],
    ["root.child('z').val().toUpperCase() == ''", 'toUpperCase() is a method of strings'],
    [
      "root.child('a').val().matches(/a/)",
      'matches() is a method of strings: this must be a string, but it is a node with children',
    ],
    [
      "root.child('a/b/c').val().length == 1",
      'Only a string has a length: this must be a string, but it is a number',
    ],
    [
      "root.child('z').val().length > 0",
      'The left operand of > must be a number or a string, but it is null',
    ],
    [
      'auth.not.there.length > 0',
      'The left operand of > must be a number or a string, but it is null',
    ],
  ])('%s fails at runtime', (expression, error) => {
    expect(ask(expression, { data, auth: { n: 1 } })).toContain(error)
  })

  test.each([
    ["'a'.contains(7)", 13, 'The argument of contains() must be a string, but it is a number.'],
    [
      'auth.foo.contains(7)',
      18,
      'The argument of contains() must be a string, but it is a number.',
    ],
    ["'a'.contains('a', 'b')", 4, 'contains() takes 1 argument, but got 2.'],
    ["'a'.replace('a') == 'b'", 4, 'replace() takes 2 arguments, but got 1.'],
    ["'a'.toLowerCase(1) == 'a'", 4, 'toLowerCase() takes 0 arguments, but got 1.'],
    [
      "'a'.matches('/a/')",
      12,
      'The argument of matches() must be a regular expression, as in /a+/.',
    ],
    ["'a'.matches(auth.pattern)", 17, 'The argument of matches() must be a regular expression'],
    ["'a'.matches(true ? /a/ : /b/)", 17, 'The argument of matches() must be a regular expression'],
    ["'a'.contains(/a/)", 13, 'A regular expression may only stand in matches(…).'],
    ['/a/ == /a/', 0, 'A regular expression may only stand in matches(…).'],
    ['auth.foo.notFound() == false', 9, "No such method/property 'notFound'."],
    ["auth.foo['notFound']() == false", 8, "No such method/property 'notFound'."],
    ['root.val().notFound == false', 11, "No such method/property 'notFound'."],
    ['root.val().isString()', 11, "No such method/property 'isString'."],
    ["'a'.includes('a')", 4, "No such method/property 'includes'."],
    ["'a'.constructor == null", 4, "No such method/property 'constructor'."],
    ["'a'.contains == null", 4, "'contains' is a method: call it"],
    ["'a'.length() == 1", 4, "No such method/property 'length'."],
    ['now.length == 1', 4, "No such method/property 'length'."],
    ['now.toString() == null', 4, "No such method/property 'toString'."],
    ['true.length == 1', 5, "No such method/property 'length'."],
    ['null.length == 1', 5, "No such method/property 'length'."],
    ["'a'[0] == 'a'", 3, 'Only a claim of auth may be read with a computed name.'],
  ])('%s is refused', (expression, at, problem) => {
    const found = refusal(expression)
    expect(found.problem).toContain(problem)
    expect(found.at).toBe(at)
  })
})

describe('auth', () => {
  // As JSON.parse makes it: the key `__proto__` is an own property.
  const token = JSON.parse(
    '{"admin":true,"email":"ada@example.com","roles":["a","b"],"__proto__":{"x":1},"deep":{"er":{"n":1}}}',
  ) as object
  const auth = { uid: 'ada', provider: 'custom', token }

  test.each([
    ['auth != null', true],
    ['auth == null', false],
    ["auth.uid == 'ada'", true],
    ["auth.uid === 'eve'", false],
    ["auth.provider === 'custom'", true],
    ['auth.token.admin === true', true],
    ["auth.token['admin'] === true", true],
    ['auth.token.deep.er.n == 1', true],
    ['auth.token.deep.er.m.o.p == null', true],
    ["auth.token.roles[0] == 'a'", true],
    ["auth.token.roles['1'] == 'b'", true],
    ['auth.token.roles[7] == null', true],
    ["auth.token['e' + 'mail'] == 'ada@example.com'", true],
    ['auth.uid.foo == null', true],
    ['auth.uid[0] == null', true],
    // Own properties alone.
    ['auth.token.__proto__.x == 1', true],
    ['auth.__proto__ == null', true],
    ['auth.constructor == null', true],
    ["auth['constructor']['constructor'] == null", true],
    ['auth.token.toString == null', true],
    ['auth.token.roles.map == null', true],
    ['auth.uid.constructor == null', true],
    ['auth.token.hasOwnProperty == null', true],
  ])('signed in, %s is %p', (expression, expected) => {
    expect(ask(expression, { auth })).toBe(expected)
  })

  test.each([
    ['auth == null', true],
    ['auth != null', false],
    ["auth.uid !== 'eve'", true],
    ['auth.uid == null', true],
    ['auth.token.deep.er == null', true],
    ['auth.token[auth.uid + 1] == null', 'The left operand of + must be'],
    [
      'auth.token[auth.uid] == null',
      'A computed name must be a string or a number, but it is null',
    ],
  ])('signed out, %s is %p', (expression, expected) => {
    const found = ask(expression)
    if (typeof expected === 'string') expect(found).toContain(expected)
    else expect(found).toBe(expected)
  })

  test.each([
    [
      'auth.token[root] == null',
      10,
      'A computed name must be a string or a number, but it is a snapshot',
    ],
    [
      'auth.token[true] == null',
      10,
      'A computed name must be a string or a number, but it is a boolean.',
    ],
  ])('%s is refused', (expression, at, problem) => {
    expect(refusal(expression).problem).toContain(problem)
    expect(refusal(expression).at).toBe(at)
  })

  test('values that JSON cannot hold read as null', () => {
    const odd = { uid: 'ada', f: () => true, u: undefined, big: 1n }
    expect(ask('auth.f == null && auth.u == null && auth.big == null', { auth: odd })).toBe(true)
  })
})

describe('query', () => {
  test.each([
    ['query.orderByKey', {}, true],
    ['query.orderByKey', { orderByKey: false, orderByValue: true }, false],
    ['query.orderByValue', { orderByValue: true }, true],
    ['query.orderByPriority', {}, false],
    ['query.orderByPriority', { orderByPriority: true }, true],
    ["query.orderByChild == 'a/b'", { orderByChild: 'a/b' }, true],
    ["query.orderByChild == 'a/b'", {}, false],
    ['query.orderByChild == null', {}, true],
    ["query.startAt == 'x'", { startAt: 'x' }, true],
    ['query.startAt == null', {}, true],
    ['query.startAfter == 1', { startAfter: 1 }, true],
    ['query.endAt == 3', { endAt: 3 }, true],
    ['query.endAt == 3', { endAt: 4 }, false],
    ['query.endBefore == 3', { endBefore: 3 }, true],
    ['query.equalTo == true', { equalTo: true }, true],
    ['query.equalTo == auth.uid', { equalTo: 'ada' }, true],
    ['query.equalTo == auth.uid', { equalTo: 'eve' }, false],
    ['query.limitToFirst <= 10', { limitToFirst: 10 }, true],
    ['query.limitToFirst <= 10', { limitToFirst: 11 }, false],
    ['query.limitToLast == 5', { limitToLast: 5 }, true],
    ['query.limitToLast == null', {}, true],
  ])('%s of %p is %p', (expression, query, expected) => {
    expect(ask(expression, { query, auth: { uid: 'ada' } })).toBe(expected)
  })

  test('a limit that is absent fails a comparison, so that an unlimited read is refused', () => {
    expect(ask('query.limitToFirst <= 10')).toContain(
      'must be a number or a string, but it is null',
    )
  })

  test.each([
    ['query.foo == 1', 6, "No such method/property 'foo'."],
    ['query.constructor == null', 6, "No such method/property 'constructor'."],
    ["query['order' + 'ByKey']", 5, 'Only a claim of auth'],
    ['query.orderByKey()', 6, "No such method/property 'orderByKey'."],
    ["query.limitToFirst < 'a'", 19, '< cannot compare a number with a string.'],
  ])('%s is refused', (expression, at, problem) => {
    expect(refusal(expression).problem).toContain(problem)
    expect(refusal(expression).at).toBe(at)
  })
})

describe('names', () => {
  test('now is the time of the operation in Unix milliseconds', () => {
    expect(ask(`now == ${NOW}`)).toBe(true)
    expect(ask('now + 0 > root.val()', { data: NOW })).toBe(false)
    expect(set({ '.write': 'newData.val() == now' }, '/', { '.sv': 'timestamp' }).allowed).toBe(
      true,
    )
    expect(set({ '.write': 'newData.val() == now' }, '/', NOW + 1).allowed).toBe(false)
  })

  test('query in a write is that of a read of everything', () => {
    const plain = 'query.orderByKey && query.limitToFirst == null && query.equalTo == null'
    expect(set({ '.write': plain, '.validate': plain }, '/', 1).allowed).toBe(true)
    expect(set({ '.write': 'query.orderByValue' }, '/', 1).allowed).toBe(false)
  })

  test('wildcards are the keys they stand for', () => {
    expect(askBelow({ $a: 'x', $b: 'y' }, "$a + '/' + $b == 'x/y'")).toBe(true)
    expect(askBelow({ $a: 'x' }, "$a == 'y'")).toBe(false)
    expect(askBelow({ $a: '__proto__' }, "$a == '__proto__' && $a.length == 9")).toBe(true)
    expect(
      askBelow({ $key: 'role' }, 'auth.claims[$key] == 1', { auth: { claims: { role: 1 } } }),
    ).toBe(true)
  })

  test.each([
    ['.read', 'skies == 1', 0, "Unknown variable 'skies'."],
    ['.read', '$uid == auth.uid', 0, "Unknown variable '$uid': no such wildcard on the way here."],
    ['.read', 'undefined == 1', 0, "Unknown variable 'undefined'."],
    ['.read', 'constructor == 1', 0, "Unknown variable 'constructor'."],
    ['.read', '__proto__ == 1', 0, "Unknown variable '__proto__'."],
    [
      '.read',
      'newData.exists()',
      0,
      "'newData' does not exist in .read, only in .write and .validate.",
    ],
  ])('%s: %s is refused', (key, expression, at, problem) => {
    expect(refusal(expression, key)).toEqual({ at, problem })
  })

  test('a wildcard is known below itself and in its own rules, nowhere else', () => {
    expect(refusal("$a == 'x'").problem).toContain('Unknown variable')
    expect(askBelow({ $a: 'x', $b: 'x' }, '$a == $b')).toBe(true)
  })
})
