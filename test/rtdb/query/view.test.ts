import { parseWireQuery, viewOf } from '../../../rtdb/src/query/index.ts'

const nothing = {
  orderByKey: false,
  orderByPriority: false,
  orderByValue: false,
  orderByChild: null,
  startAt: null,
  startAfter: null,
  endAt: null,
  endBefore: null,
  equalTo: null,
  limitToFirst: null,
  limitToLast: null,
}

describe('what a rule sees of', () => {
  test('a read without a query', () => {
    expect(viewOf()).toEqual({ ...nothing, orderByKey: true })
  })

  test.each([
    [{}, { orderByPriority: true }],
    [
      { i: '.key', sp: 'a' },
      { orderByKey: true, startAt: 'a' },
    ],
    [
      { i: '.value', ep: 5 },
      { orderByValue: true, endAt: 5 },
    ],
    [
      { i: 'a/b', l: 3, vf: 'l' },
      { orderByChild: 'a/b', limitToFirst: 3 },
    ],
    [
      { i: 'n', l: 3, vf: 'r' },
      { orderByChild: 'n', limitToLast: 3 },
    ],
    [
      { i: 'n', sp: 1, sn: '[MAX_NAME]', sin: false },
      { orderByChild: 'n', startAfter: 1 },
    ],
    [
      { i: 'n', ep: 1, en: '[MIN_NAME]', ein: false },
      { orderByChild: 'n', endBefore: 1 },
    ],
    [
      { i: 'n', sp: 1, ep: 1 },
      { orderByChild: 'n', startAt: 1, endAt: 1, equalTo: 1 },
    ],
    [
      { i: 'n', sp: 'x', sn: 'k', ep: 'x', en: 'k' },
      { orderByChild: 'n', startAt: 'x', endAt: 'x', equalTo: 'x' },
    ],
    [
      { i: '.key', sp: 'a', ep: 'a' },
      { orderByKey: true, startAt: 'a', endAt: 'a', equalTo: 'a' },
    ],
    // A range of keys within one value is no equalTo.
    [
      { i: 'n', sp: 1, sn: 'a', ep: 1, en: 'b' },
      { orderByChild: 'n', startAt: 1, endAt: 1 },
    ],
    [
      { i: '.key', sp: 'a', ep: 'b' },
      { orderByKey: true, startAt: 'a', endAt: 'b' },
    ],
  ])('%j', (wire, seen) => {
    expect(viewOf(parseWireQuery(wire))).toEqual({ ...nothing, ...seen })
  })
})
