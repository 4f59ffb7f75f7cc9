import { parseWireQuery } from '../../../rtdb/src/query/index.ts'
import { BY_KEY, BY_PRIORITY, BY_VALUE, DataError } from '../../../rtdb/src/tree/index.ts'

const nothing = { start: null, end: null, limit: null, from: 'last' }

describe('the query object', () => {
  test('without an order is by priority', () => {
    expect(parseWireQuery({})).toEqual({ ...nothing, order: BY_PRIORITY })
  })

  test.each([
    ['.key', BY_KEY],
    ['.value', BY_VALUE],
    ['.priority', BY_PRIORITY],
    ['a/b', { name: 'a/b', path: ['a', 'b'] }],
    ['/a//b/', { name: 'a/b', path: ['a', 'b'] }],
  ])('orders by %s', (i, order) => {
    expect(parseWireQuery({ i }).order).toEqual(order)
  })

  test('a start without a key begins at the smallest, an end without a key at the largest', () => {
    expect(parseWireQuery({ i: 'n', sp: 1, ep: 2 })).toMatchObject({
      start: { value: 1, key: '[MIN_NAME]', inclusive: true },
      end: { value: 2, key: '[MAX_NAME]', inclusive: true },
    })
  })

  test('null is a bound', () => {
    expect(parseWireQuery({ i: 'n', sp: null }).start?.value).toBeNull()
  })

  test('with .key the bounds are keys', () => {
    expect(parseWireQuery({ i: '.key', sp: 'a', sin: false }).start).toEqual({
      value: null,
      key: 'a',
      inclusive: false,
    })
  })

  test.each([
    [{ l: 2, vf: 'l' }, 'first'],
    [{ l: 2, vf: 'r' }, 'last'],
    [{ l: 2 }, 'last'],
    [{ l: 2, sp: 1 }, 'first'],
  ])('%j counts from the %s', (wire, from) => {
    expect(parseWireQuery(wire)).toMatchObject({ limit: 2, from })
  })

  test.each([
    [null, 'not an object'],
    [[], 'not an object'],
    ['.key', 'not an object'],
    [{ i: 1 }, 'i is not a string'],
    [{ i: '.nonsense' }, 'Invalid path'],
    [{ i: '/' }, 'no child path'],
    [{ i: '.key', sp: 1 }, 'sp is not a string'],
    [{ sp: {} }, 'sp is an object'],
    [{ ep: [] }, 'ep is an object'],
    [{ sp: 1, sn: 2 }, 'sn is not a string'],
    [{ sp: 1, sin: 1 }, 'sin is not a boolean'],
    [{ l: 0 }, 'l is not a positive integer'],
    [{ l: 1.5 }, 'l is not a positive integer'],
    [{ l: '2' }, 'l is not a positive integer'],
    [{ l: 2, vf: 'x' }, 'vf is neither'],
  ])('%j is refused: %s', (wire, reason) => {
    expect(() => parseWireQuery(wire)).toThrow(DataError)
    expect(() => parseWireQuery(wire)).toThrow(reason)
  })
})
