import { parseRestQuery, parseWireQuery } from '../../../rtdb/src/query/index.ts'
import { DataError } from '../../../rtdb/src/tree/index.ts'

const parse = (text: string) => parseRestQuery(new URLSearchParams(text))

describe('the parameters of a REST query', () => {
  test('none are no query', () => {
    expect(parse('print=pretty&shallow=true')).toBeNull()
  })

  /** Each says the same as a query object of the wire. */
  test.each([
    ['orderBy="n"&limitToFirst=2', { i: 'n', l: 2, vf: 'l' }],
    ['orderBy="a/b"&limitToLast=2', { i: 'a/b', l: 2, vf: 'r' }],
    ['orderBy="n"&startAt=1&limitToFirst=9', { i: 'n', sp: 1, l: 9, vf: 'l' }],
    ['orderBy="n"&endAt=true&limitToFirst=9', { i: 'n', ep: true, l: 9, vf: 'l' }],
    [
      'orderBy="n"&startAfter="a"&limitToFirst=9',
      { i: 'n', sp: 'a', sn: '[MAX_NAME]', sin: false, l: 9, vf: 'l' },
    ],
    [
      'orderBy="n"&endBefore=null&limitToFirst=9',
      { i: 'n', ep: null, en: '[MIN_NAME]', ein: false, l: 9, vf: 'l' },
    ],
    ['orderBy="n"&equalTo=5&limitToLast=9', { i: 'n', sp: 5, ep: 5, l: 9, vf: 'r' }],
    ['orderBy="n"&startAt=1,"b"&limitToLast=9', { i: 'n', sp: 1, sn: 'b', l: 9, vf: 'r' }],
    [
      'orderBy="$priority"&startAfter=null,"b"&endBefore="x,y","]"&limitToFirst=9',
      { sp: null, sn: 'b', sin: false, ep: 'x,y', en: ']', ein: false, l: 9, vf: 'l' },
    ],
    [
      'orderBy="n"&equalTo=5,"b"&limitToLast=9',
      { i: 'n', sp: 5, sn: 'b', ep: 5, en: 'b', l: 9, vf: 'r' },
    ],
    ['orderBy="$key"&startAt="a"&limitToFirst=9', { i: '.key', sp: 'a', l: 9, vf: 'l' }],
    [
      'orderBy="$key"&startAfter="a"&limitToFirst=9',
      { i: '.key', sp: 'a', sin: false, l: 9, vf: 'l' },
    ],
    ['orderBy="$key"&equalTo="a"&limitToFirst=9', { i: '.key', sp: 'a', ep: 'a', l: 9, vf: 'l' }],
    ['orderBy="$value"&startAt=1&limitToFirst=9', { i: '.value', sp: 1, l: 9, vf: 'l' }],
    ['orderBy="$priority"&startAt=1&limitToFirst=9', { i: '.priority', sp: 1, l: 9, vf: 'l' }],
  ])('%s', (text, wire) => {
    expect(parse(text)).toEqual(parseWireQuery(wire))
  })

  test('an order alone is a query', () => {
    expect(parse('orderBy="n"')).toEqual({ ...parseWireQuery({ i: 'n' }), from: 'first' })
  })

  const ORDER_MISSING = 'orderBy must be defined when other query parameters are defined'
  const ORDER_INVALID = 'orderBy must be a valid JSON encoded path'
  const KEY_INVALID = 'Constraint key field must be a valid key name'
  const VALUE_INVALID = 'Constraint index field must be a JSON primitive'
  test.each([
    ['startAt=1', ORDER_MISSING],
    ['limitToFirst=1', ORDER_MISSING],
    ['orderBy=n', ORDER_INVALID],
    ['orderBy=', ORDER_INVALID],
    ['orderBy=1', ORDER_INVALID],
    ['orderBy="$nonsense"', ORDER_INVALID],
    ['orderBy=".key"', ORDER_INVALID],
    ['orderBy=""', ORDER_INVALID],
    ['orderBy="n"&startAt=a', VALUE_INVALID],
    ['orderBy="n"&startAt={}', VALUE_INVALID],
    ['orderBy="n"&equalTo=[1]', VALUE_INVALID],
    ['orderBy="n"&startAt=', VALUE_INVALID],
    ['orderBy="n"&startAt=1],[2', VALUE_INVALID],
    ['orderBy="n"&startAt=1,2', KEY_INVALID],
    ['orderBy="n"&endAt=1,"a","b"', KEY_INVALID],
    ['orderBy="$key"&startAt=1', KEY_INVALID],
    ['orderBy="n"&limitToFirst=0', 'limitToFirst must be a positive integer'],
    ['orderBy="n"&limitToLast=-1', 'limitToLast must be a positive integer'],
    ['orderBy="n"&limitToLast="3"', 'limitToLast must be a positive integer'],
    [
      'orderBy="n"&limitToFirst=1&limitToLast=1',
      'Only one of limitToFirst and limitToLast may be specified',
    ],
    ['orderBy="n"&startAt=1&startAfter=1', 'Only one of startAt and startAfter may be specified'],
    ['orderBy="n"&endAt=1&equalTo=1', 'Only one of equalTo and endAt may be specified'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parse(text)).toThrow(new DataError(message))
  })
})
