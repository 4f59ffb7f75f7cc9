import fc from 'fast-check'

import {
  childCount,
  childOf,
  DataError,
  leafOf,
  nodeAt,
  parseTree,
  toExport,
} from '../../../rtdb/src/tree/index.ts'
import { INVALID_DATA } from '../../../rtdb/src/tree/dataError.ts'
import type { Json, ParseContext } from '../../../rtdb/src/tree/index.ts'

import { exports } from './arbitrary.ts'

const NOW = 1795300000000
const parse = (json: unknown, context: Partial<ParseContext> = {}) =>
  parseTree(json, { now: NOW, ...context })

function refused(json: unknown, context?: Partial<ParseContext>): string {
  try {
    parse(json, context)
  } catch (error) {
    expect(error).toBeInstanceOf(DataError)
    return (error as DataError).message
  }
  throw new Error('It was accepted')
}

/** Nested `depth` times, built without recursion. */
function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let json: unknown = 1
  for (let i = 0; i < depth; i++) json = wrap(json)
  return json
}

describe('data', () => {
  test('primitives are leaves', () => {
    for (const value of ['', 'x', 0, -1.5, true, false]) expect(parse(value)).toEqual(leafOf(value))
  })

  test('null, empty objects and arrays, and what holds nothing else are nothing', () => {
    const empty = [null, {}, [], { a: null }, { a: { b: {} } }, [null], { '.priority': 1 }]
    for (const json of empty) expect(parse(json)).toBeNull()
    expect(parse({ '.value': null, '.priority': 1 })).toBeNull()
  })

  test('empty children are left out', () => {
    expect(toExport(parse({ a: 1, b: null, c: {}, d: { e: [null, 2] } }))).toEqual({
      a: 1,
      d: { e: { 1: 2 } },
    })
  })

  test('arrays are objects with index keys', () => {
    expect(toExport(parse(['a', null, 'c']))).toEqual({ 0: 'a', 2: 'c' })
  })

  test('priorities of leaves and branches are kept', () => {
    const json = { a: { '.value': 1, '.priority': 'p' }, b: { c: 2, '.priority': 5 } }
    expect(toExport(parse(json))).toEqual(json)
    expect(parse({ '.value': 1, '.priority': null })).toEqual(leafOf(1))
    expect(parse({ '.value': 1 })).toEqual(leafOf(1))
  })

  test('keys of the language are keys', () => {
    const text = '{"__proto__":{"x":1},"constructor":2,"toString":{"__proto__":3},"valueOf":4}'
    const tree = parse(JSON.parse(text))
    expect(childCount(tree)).toBe(4)
    expect(nodeAt(tree, ['__proto__', 'x'])).toEqual(leafOf(1))
    expect(nodeAt(tree, ['toString', '__proto__'])).toEqual(leafOf(3))
    expect(childOf(tree, 'hasOwnProperty')).toBeNull()
    expect(JSON.stringify(toExport(tree))).toContain('"__proto__":{"x":1}')
  })

  test('-0 is 0', () => {
    expect(Object.is((parse(-0) as { value: number }).value, 0)).toBe(true)
  })

  test('what was exported is read as the same data', () => {
    fc.assert(
      fc.property(exports, (json) => {
        const tree = parse(json)
        expect(parse(JSON.parse(JSON.stringify(toExport(tree))))).toEqual(tree)
      }),
    )
  })

  test('many fields of the same names share one list of keys', () => {
    const tree = parse({ a: { x: 1, y: 2 }, b: { y: 3, x: 4 } })
    const keysOf = (key: string) =>
      (childOf(tree, key) as unknown as { children: { keys: string[] } }).children.keys
    expect(keysOf('a')).toBe(keysOf('b'))
  })
})

describe('server values', () => {
  const timestamp = { '.sv': 'timestamp' }
  const increment = (n: number) => ({ '.sv': { increment: n } })

  test('a timestamp is the given time, also as a priority', () => {
    const json: Json = { a: timestamp, b: { '.value': timestamp, '.priority': timestamp } }
    expect(toExport(parse(json))).toEqual({ a: NOW, b: { '.value': NOW, '.priority': NOW } })
    expect(parse({ ...timestamp, '.priority': 1 })).toEqual(leafOf(NOW, 1))
  })

  test('an increment adds to the number that stands at its own path', () => {
    const existing = parse({ a: 5, b: { c: 0.5 } })
    const json = { a: increment(2), b: { c: increment(-1) } }
    expect(toExport(parse(json, { existing }))).toEqual({ a: 7, b: { c: -0.5 } })
    expect(parse(increment(3), { existing: leafOf(4) })).toEqual(leafOf(7))
    expect(parse({ '.value': increment(3), '.priority': 1 }, { existing: leafOf(4) })).toEqual(
      leafOf(7, 1),
    )
  })

  test('it begins at 0 where there is no number', () => {
    for (const existing of [null, leafOf('5'), leafOf(true), parse({ a: 1 })]) {
      expect(parse(increment(2), { existing })).toEqual(leafOf(2))
    }
  })

  test('a priority is added to the priority', () => {
    const json = { '.value': 1, '.priority': increment(1) }
    expect(parse(json, { existing: leafOf(9, 3) })).toEqual(leafOf(1, 4))
  })

  test.each([
    [{ '.sv': 'time' }],
    [{ '.sv': null }],
    [{ '.sv': {} }],
    [{ '.sv': { increment: '1' } }],
    [{ '.sv': ['increment'] }],
  ])('%j is refused', (json) => {
    expect(refused(json)).toBe(`${INVALID_DATA} An unknown server value, at /.`)
  })

  test('a sum beyond all numbers is refused', () => {
    const message = refused(increment(1.7e308), { existing: leafOf(1.7e308) })
    expect(message).toMatch(/no string, finite number or boolean, at \/\.$/)
  })
})

describe('what is refused', () => {
  test.each(['a.b', 'a/b', '$a', '#', '[', ']', 'a\n', '\u007f', '', '.info', '.val'])(
    'the key %j',
    (key) => {
      expect(refused({ ok: { [key]: 1 } })).toMatch(/^Invalid data; .* A key .*, at \/ok\.$/)
      // Even where it would hold nothing.
      expect(refused({ ok: { [key]: null } })).toMatch(/A key/)
    },
  )

  test('a key of 769 bytes', () => {
    expect(refused({ ['k'.repeat(769)]: 1 })).toMatch(/longer than 768 bytes, at \/\.$/)
    expect(childCount(parse({ ['k'.repeat(768)]: 1 }))).toBe(1)
  })

  test.each([
    [{ '.value': 1, a: 2 }],
    [{ '.value': { '.sv': 'timestamp', a: 2 } }],
    [{ '.sv': 'timestamp', a: 2 }],
    [{ '.value': 1, '.sv': 2 }],
  ])('%j, of which two readings were possible', (json) => {
    expect(refused(json)).toMatch(/stands beside other keys/)
  })

  test.each([true, {}, [], { a: 1 }])('the priority %j', (priority) => {
    expect(refused({ a: 1, '.priority': priority })).toMatch(/, at \/\.$/)
  })

  test.each([[{ a: 1 }], [[1]], [{ '.value': 1 }]])('the .value %j', (value) => {
    expect(refused({ '.value': value })).toMatch(/no string, finite number or boolean/)
  })

  test('numbers that JSON cannot say', () => {
    for (const value of [NaN, Infinity, JSON.parse('1e999') as number]) refused({ a: value })
  })

  test('more than 32 keys from the root', () => {
    const deep = (depth: number) => nested(depth, (inner) => ({ a: inner }))
    expect(parse(deep(32))).not.toBeNull()
    expect(refused(deep(33))).toMatch(/more than 32 keys deep/)
    expect(parse(deep(30), { keysDepth: 2 })).not.toBeNull()
    expect(refused(deep(31), { keysDepth: 2 })).toMatch(/more than 32 keys deep/)
  })

  test('hostile nesting, long before the end of the stack', () => {
    const text = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    expect(refused(JSON.parse(text))).toMatch(/more than 32 keys deep/)
    expect(refused(nested(100_000, (inner) => [inner]))).toMatch(/more than 32 keys deep/)
    expect(refused(nested(100_000, (inner) => ({ '.value': inner })))).toMatch(/finite number/)
    expect(refused({ a: 1, '.priority': nested(100_000, (inner) => ({ '.sv': inner })) })).toMatch(
      /server value/,
    )
  })

  test('a string of more than 10 MB', () => {
    const tenMegabytes = 'é'.repeat(5 * 1024 * 1024)
    expect(parse(tenMegabytes)).toEqual(leafOf(tenMegabytes))
    expect(refused({ a: `${tenMegabytes}x` })).toMatch(/longer than 10485760 bytes, at \/a\.$/)
  })
})
