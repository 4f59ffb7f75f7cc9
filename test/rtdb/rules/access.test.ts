import { canRead, explain, indexesAt, parseRules } from '../../../rtdb/src/rules/index.ts'
import type { Tree } from '../../../rtdb/src/tree/index.ts'
import { withNodeAt } from '../../../rtdb/src/tree/index.ts'
import { NOW, set, treeOf, whyNot, write } from './asking.ts'

const nobody = { auth: null, now: NOW }

function read(rules: object, path: string[], data: unknown = null) {
  return canRead(parseRules(JSON.stringify({ rules })), nobody, treeOf(data), path)
}

describe('.read', () => {
  test.each([
    ['granted at the place', { a: { '.read': true } }, ['a'], true],
    ['granted above', { a: { '.read': true } }, ['a', 'b', 'c'], true],
    [
      'granted above, although refused below',
      { '.read': true, a: { '.read': false } },
      ['a'],
      true,
    ],
    [
      'granted below, although refused above',
      { '.read': false, a: { '.read': true } },
      ['a'],
      true,
    ],
    ['granted at the root alone', { '.read': true }, [], true],
    ['granted only below', { a: { b: { '.read': true } } }, ['a'], false],
    ['granted beside', { a: { '.read': true } }, ['b'], false],
    ['no rule', {}, ['a'], false],
    ['.write grants no read', { '.write': true }, [], false],
    ['a wildcard stands for any key', { $k: { '.read': true } }, ['x'], true],
    ['a name goes before a wildcard', { a: {}, $k: { '.read': true } }, ['a'], false],
    [
      'a wildcard below a wildcard',
      { $a: { $b: { '.read': "$a + $b == 'xy'" } } },
      ['x', 'y'],
      true,
    ],
    ['a wildcard does not span keys', { $a: { '.read': "$a == 'x/y'" } }, ['x', 'y'], false],
    ['keys of prototypes are keys', { a: { '.read': true } }, ['constructor'], false],
    [
      'keys of prototypes meet wildcards',
      { $k: { '.read': "$k == '__proto__'" } },
      ['__proto__'],
      true,
    ],
  ])('%s', (_, rules, path, expected) => {
    expect(read(rules, path).allowed).toBe(expected)
  })

  test('data is the place of the rule, not the place that is read', () => {
    const rules = { a: { '.read': "data.child('open').val() == true && data.parent().exists()" } }
    expect(read(rules, ['a', 'b', 'c'], { a: { open: true } }).allowed).toBe(true)
    expect(read(rules, ['a', 'b', 'c'], { a: { b: { open: true } } }).allowed).toBe(false)
  })
})

describe('.write', () => {
  const open = { a: { '.write': true } }

  test.each([
    ['granted at the place', open, '/a', true],
    ['granted above', open, '/a/b/c', true],
    [
      'granted above, although refused below',
      { '.write': true, a: { '.write': false } },
      '/a',
      true,
    ],
    ['granted only below the written path', { a: { b: { '.write': true } } }, '/a', false],
    ['no rule', {}, '/a', false],
    ['.read grants no write', { '.read': true }, '/a', false],
  ])('%s', (_, rules, path, expected) => {
    expect(set(rules, path, 1).allowed).toBe(expected)
  })

  test('a removal needs it too', () => {
    expect(set(open, '/a/b', null, { data: { a: { b: 1 } } }).allowed).toBe(true)
    expect(set({}, '/a', null, { data: { a: 1 } }).allowed).toBe(false)
  })

  test('data and root are before the operation, newData after it', () => {
    const data = { a: 1 }
    const before = "data.val() == 1 && newData.val() == 2 && root.child('a').val() == 1"
    expect(set({ a: { '.write': before } }, '/a', 2, { data }).allowed).toBe(true)
    const after = "data.parent().child('a').val() == 2 || root.child('a').val() == 2"
    expect(set({ a: { '.write': after } }, '/a', 2, { data }).allowed).toBe(false)
    expect(
      set({ a: { '.write': "newData.parent().child('a').val() == 2" } }, '/a', 2).allowed,
    ).toBe(true)
  })

  test('create-once: a second write is refused', () => {
    const rules = { n: { $k: { '.write': '!data.exists()' } } }
    expect(set(rules, '/n/x', true).allowed).toBe(true)
    expect(set(rules, '/n/x', true, { data: { n: { x: true } } }).allowed).toBe(false)
  })

  test('of an update of several paths, each is judged against the tree after all of them', () => {
    const rules = {
      a: { '.write': "newData.parent().child('b').val() == 2" },
      b: { '.write': "newData.parent().child('a').val() == 1" },
    }
    const after = treeOf({ a: 1, b: 2 })
    expect(write(rules, null, after, ['a']).allowed).toBe(true)
    expect(write(rules, null, after, ['b']).allowed).toBe(true)
    expect(write(rules, null, treeOf({ a: 1 }), ['a']).allowed).toBe(false)
  })
})

describe('.validate', () => {
  const rules = {
    '.write': true,
    users: {
      $uid: {
        '.validate': "newData.hasChildren(['name'])",
        name: { '.validate': 'newData.isString()' },
        age: { '.validate': 'newData.isNumber()' },
        $other: { '.validate': false },
      },
    },
  }

  test.each([
    ['a good record', '/users/ada', { name: 'Ada' }, null, true],
    ['a good record with everything', '/users/ada', { name: 'Ada', age: 3 }, null, true],
    ['a field of the wrong type', '/users/ada', { name: 1 }, null, false],
    ['a missing field', '/users/ada', { age: 3 }, null, false],
    ['an unknown field', '/users/ada', { name: 'Ada', x: 1 }, null, false],
    [
      'the whole subtree, from above',
      '/users',
      { ada: { name: 'Ada' }, bob: { name: 2 } },
      null,
      false,
    ],
    [
      'the whole subtree, from the root',
      '/',
      { users: { ada: { name: 'A' }, bob: { name: 'B' } } },
      null,
      true,
    ],
    ['the places on the way', '/users/ada/age', 3, null, false],
    ['the places on the way, with what is there', '/users/ada/age', 3, { name: 'Ada' }, true],
    ['a removal', '/users/ada', null, { name: 'Ada' }, true],
    ['a removal of an unknown field', '/users/ada/x', null, { name: 'Ada', x: 1 }, true],
    [
      'a removal that leaves the record above invalid',
      '/users/ada/name',
      null,
      { name: 'Ada', age: 1 },
      false,
    ],
    [
      'a removal of the last field, with which the record goes',
      '/users/ada/name',
      null,
      { name: 'Ada' },
      true,
    ],
    ['a place without rules', '/other', { any: 1 }, null, true],
    ['a leaf where children should be', '/users/ada', 'Ada', null, false],
    ['a place below a leaf', '/users/ada/name/first', 'A', null, false],
  ])('%s', (_, path, value, ada, expected) => {
    const data = ada === null ? null : { users: { ada } }
    expect(set(rules, path, value, { data }).allowed).toBe(expected)
  })

  test('grants nothing by itself', () => {
    expect(set({ a: { '.validate': true } }, '/a', 1).allowed).toBe(false)
  })

  test('does not cascade: a true one below does not replace a false one above, nor the other way', () => {
    const nested = (above: boolean, below: boolean) => ({
      '.write': true,
      a: { '.validate': above, b: { '.validate': below } },
    })
    expect(set(nested(true, true), '/a/b', 1).allowed).toBe(true)
    expect(set(nested(false, true), '/a/b', 1).allowed).toBe(false)
    expect(set(nested(true, false), '/a/b', 1).allowed).toBe(false)
    expect(set(nested(true, false), '/a/c', 1).allowed).toBe(true)
  })

  test('unchanged parts of the written subtree are validated as well', () => {
    const data = { users: { ada: { name: 'Ada', x: 1 } } }
    expect(set(rules, '/users/ada', { name: 'Ada', x: 1 }, { data }).allowed).toBe(false)
  })

  test('parts beside the written path are not', () => {
    const data = { users: { ada: { name: 'Ada', x: 1 } } }
    expect(set(rules, '/users/bob', { name: 'Bob' }, { data }).allowed).toBe(true)
    expect(set(rules, '/users/ada/age', 3, { data }).allowed).toBe(true)
  })

  test('a wildcard of each level is the key of its level, for every child of the subtree', () => {
    const keyed = {
      '.write': true,
      $a: { $b: { $c: { '.validate': 'newData.val() == $a + $b + $c' } } },
    }
    const good = { x: { y: { z: 'xyz', w: 'xyw' }, v: { u: 'xvu' } }, t: { s: { r: 'tsr' } } }
    expect(set(keyed, '/', good).allowed).toBe(true)
    expect(set(keyed, '/', { ...good, t: { s: { r: 'xsr' } } }).allowed).toBe(false)
    expect(set(keyed, '/x', { y: { z: 'xyz' } }).allowed).toBe(true)
  })

  test('newData and data stand at the validated place', () => {
    const growing = {
      '.write': true,
      n: { $k: { '.validate': '!data.exists() || newData.val() > data.val()' } },
    }
    const data = { n: { a: 1, b: 5 } }
    expect(set(growing, '/n', { a: 2, b: 6, c: 0 }, { data }).allowed).toBe(true)
    expect(set(growing, '/n', { a: 2, b: 5 }, { data }).allowed).toBe(false)
  })

  test('of a large subtree only what rules lead to is visited', () => {
    const untouchable = Object.defineProperty({ kind: 'branch', priority: null }, 'children', {
      get: () => {
        throw new Error('visited')
      },
    }) as Tree
    const after = withNodeAt(treeOf({ one: { v: 2 } }), ['many'], untouchable)
    const rules = (readable: string) => ({
      '.write': true,
      one: { v: { '.validate': 'newData.isNumber()' } },
      [readable]: { $k: { '.read': true } },
    })
    expect(write(rules('many'), null, after, []).allowed).toBe(true)
    expect(
      write({ ...rules('x'), $any: { $k: { '.validate': true } } }, null, after, ['one']).allowed,
    ).toBe(true)
    expect(() =>
      write({ ...rules('x'), $any: { $k: { '.validate': true } } }, null, after, []),
    ).toThrow('visited')
  })
})

test('whatever goes wrong in a rule, it does not hold', () => {
  const auth = Object.defineProperty({}, 'uid', {
    get: () => {
      throw new Error('not JSON')
    },
  })
  const rules = parseRules(JSON.stringify({ rules: { '.read': "auth.uid != 'x'" } }))
  const why = whyNot(canRead(rules, { auth, now: NOW }, null, []))
  expect(why.error).toBe('not JSON')
})

describe('a denial says which rule', () => {
  const rules = {
    '.write': false,
    users: {
      $uid: {
        '.read': 'auth.uid.length > 3',
        '.write': 'auth != null',
        '.validate': "newData.hasChildren(['name'])",
        name: { '.validate': 'newData.val().length < 5' },
      },
    },
  }

  test('for a read or write the deepest on the way, and all that were asked', () => {
    const why = whyNot(set(rules, '/users/ada/name', 'x'))
    expect(why).toMatchObject({
      kind: 'write',
      path: '/users/$uid/.write',
      location: '/users/ada',
      expression: 'auth != null',
      error: null,
    })
    expect(why.tried.map(({ path, location }) => [path, location])).toEqual([
      ['/.write', '/'],
      ['/users/$uid/.write', '/users/ada'],
    ])
    expect(explain(why)).toBe(
      [
        'No .write rule grants it:',
        '  /.write at / is false',
        '    false',
        '  /users/$uid/.write at /users/ada is false',
        '    auth != null',
      ].join('\n'),
    )
  })

  test('with the runtime error', () => {
    const why = whyNot(read(rules, ['users', 'ada']))
    const error =
      'The left operand of > must be a number or a string, but it is null (column 17 of the expression).'
    expect(why).toMatchObject({ kind: 'read', path: '/users/$uid/.read', error })
    expect(explain(why)).toContain(`/users/$uid/.read at /users/ada fails: ${error}`)
  })

  test('for invalid data the place in the data', () => {
    const auth = { uid: 'ada' }
    const why = whyNot(set(rules, '/users/ada', { name: 'Adalbert' }, { auth }))
    expect(why).toMatchObject({
      kind: 'validate',
      path: '/users/$uid/name/.validate',
      location: '/users/ada/name',
      expression: 'newData.val().length < 5',
    })
    expect(explain(why)).toContain('The new data is not valid:')
    const above = whyNot(set(rules, '/users/ada/age', 3, { auth }))
    expect(above).toMatchObject({ path: '/users/$uid/.validate', location: '/users/ada' })
  })

  test('or that there is none', () => {
    const why = whyNot(read({}, ['users', 'ada']))
    expect(why).toEqual({
      kind: 'read',
      path: null,
      location: '/users/ada',
      expression: null,
      error: null,
      tried: [],
    })
    expect(explain(why)).toBe('No .read rule lies on the way to /users/ada.')
  })
})

describe('indexes', () => {
  const rules = parseRules(
    JSON.stringify({
      rules: {
        a: { '.indexOn': ['n', 'x/y', '.value'] },
        $k: { '.indexOn': 'other', deep: { $l: { '.indexOn': '/lead/ing' } } },
      },
    }),
  )

  test.each([
    [['a'], ['n', 'x/y', '.value']],
    [['b'], ['other']],
    [['b', 'deep', 'c'], ['lead/ing']],
    [['b', 'deep'], []],
    [['a', 'b', 'c'], []],
    [['constructor'], ['other']],
    [[], []],
  ])('at %p: %p', (path, indexes) => {
    expect([...indexesAt(rules, path)]).toEqual(indexes)
  })
})
