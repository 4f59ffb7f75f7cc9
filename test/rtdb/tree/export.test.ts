import { parseTree, toExport, toJson } from '../../../rtdb/src/tree/index.ts'

const parse = (json: unknown) => parseTree(json, { now: 0 })

describe('the export format', () => {
  test('has objects only, and every priority', () => {
    expect(toExport(parse(['a', { b: 1, '.priority': 2 }]))).toEqual({
      0: 'a',
      1: { b: 1, '.priority': 2 },
    })
  })

  test('of nothing is null', () => {
    expect(toExport(null)).toBeNull()
    expect(toJson(null)).toBeNull()
  })

  test('__proto__ is a member, not the prototype', () => {
    const json = toExport(parse(JSON.parse('{"__proto__":{"admin":true}}'))) as object
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
    expect(Object.keys(json)).toEqual(['__proto__'])
    expect('admin' in json).toBe(false)
  })
})

describe('the JSON of REST', () => {
  test('has no priorities', () => {
    const tree = parse({ a: { '.value': 1, '.priority': 'p' }, b: { c: 2, '.priority': 5 } })
    expect(toJson(tree)).toEqual({ a: 1, b: { c: 2 } })
  })

  test.each([
    ['dense', { 0: 'a', 1: 'b' }, ['a', 'b']],
    ['with holes in less than half', { 0: 'a', 2: 'c', 3: 'd' }, ['a', null, 'c', 'd']],
    ['just full enough', { 1: 'b' }, [null, 'b']],
    ['inside', { x: { 0: { 0: 1 } } }, { x: [[1]] }],
    ['too sparse', { 2: 'c' }, { 2: 'c' }],
    ['too sparse by one', { 0: 'a', 4: 'e' }, { 0: 'a', 4: 'e' }],
    ['not all integers', { 0: 'a', b: 1 }, { 0: 'a', b: 1 }],
    ['negative', { '-1': 'a', 0: 'b' }, { '-1': 'a', 0: 'b' }],
    ['with leading zeros', { '00': 'a', 1: 'b' }, { '00': 'a', 1: 'b' }],
    ['with "-0"', { '-0': 'a', 1: 'b' }, { '-0': 'a', 1: 'b' }],
  ])('integer keys that are %s', (_, json, expected) => {
    expect(toJson(parse(json))).toEqual(expected)
  })
})
