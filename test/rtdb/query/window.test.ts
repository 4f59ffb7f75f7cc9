import fc from 'fast-check'
import {
  endAt,
  endBefore,
  equalTo,
  limitToFirst,
  limitToLast,
  orderByChild,
  orderByKey,
  orderByPriority,
  orderByValue,
  startAfter,
  startAt,
} from 'firebase/database'
import type { QueryConstraint } from 'firebase/database'

import {
  entriesOf,
  memberOf,
  parseWireQuery,
  sizeOf,
  toTree,
  windowOf,
} from '../../../rtdb/src/query/index.ts'
import { childOf, hashOf, leafOf, parseTree } from '../../../rtdb/src/tree/index.ts'
import type { Json } from '../../../rtdb/src/tree/index.ts'

import { keys, locations, primitives } from '../tree/arbitrary.ts'
import { offlineSdk } from './sdk.ts'

const parse = (json: Json) => parseTree(json, { now: 0 })

const sdk = offlineSdk()
afterAll(() => sdk.close())

/** The SDK takes "00" and "-0" for one key, and calls `hasOwnProperty` on the data itself. */
const isForSdk = (key: string) => key !== '00' && key !== 'hasOwnProperty'
const sdkKeys = keys.filter(isForSdk)
const sdkLocations = locations.filter(
  (data) => !/"(?:00|hasOwnProperty)":/.test(JSON.stringify(data)),
)

type Bounds = (at: fc.Arbitrary<[value: unknown, key?: string]>) => fc.Arbitrary<QueryConstraint[]>

/** No bound, a start, an end, both, or one value, as the SDK's functions make them. */
const bounds: Bounds = (at) =>
  fc.oneof(
    fc.constant<QueryConstraint[]>([]),
    at.map((to) => [equalTo(...(to as [string]))]),
    fc
      .tuple(
        fc.option(fc.tuple(fc.constantFrom(startAt, startAfter), at)),
        fc.option(fc.tuple(fc.constantFrom(endAt, endBefore), at)),
      )
      .map((both) =>
        both.flatMap((bound) => (bound === null ? [] : [bound[0](...(bound[1] as [string]))])),
      ),
  )

const limits = fc.oneof(
  fc.constant([]),
  fc.integer({ min: 1, max: 8 }).map((n) => [limitToFirst(n)]),
  fc.integer({ min: 1, max: 8 }).map((n) => [limitToLast(n)]),
)

const valueAndKey = (values: fc.Arbitrary<unknown>): fc.Arbitrary<[unknown, string?]> =>
  fc.oneof(
    values.map((value): [unknown] => [value]),
    fc.tuple(values, sdkKeys),
  )

const anyValue = fc.option(primitives)
const priorityValue = fc.oneof(fc.constant(null), fc.integer({ min: -1, max: 2 }), fc.constant('p'))

const constraints: fc.Arbitrary<QueryConstraint[]> = fc
  .tuple(
    fc.oneof(
      bounds(sdkKeys.map((key): [string] => [key])).map((all) => [orderByKey(), ...all]),
      bounds(valueAndKey(anyValue)).map((all) => [orderByValue(), ...all]),
      bounds(valueAndKey(anyValue)).map((all) => [orderByChild('a'), ...all]),
      bounds(valueAndKey(anyValue)).map((all) => [orderByChild('b/c'), ...all]),
      bounds(valueAndKey(priorityValue)).map((all) => [orderByPriority(), ...all]),
      bounds(valueAndKey(priorityValue)),
    ),
    limits,
  )
  .map(([ordered, limited]) => [...ordered, ...limited])

describe('a window holds what the SDK finds in the same data', () => {
  test('same children in the same order, same hash', () => {
    fc.assert(
      fc.property(sdkLocations, constraints, (data, asked) => {
        const { wire, keys, hash } = sdk.ask(data, asked)
        const window = windowOf(parse(data), parseWireQuery(wire))
        expect([...entriesOf(window)].map(([key]) => key)).toEqual(keys)
        expect(sizeOf(window)).toBe(keys.length)
        // Without bounds the SDK listens to the whole location, whose priority counts.
        if (Object.keys(wire as object).some((name) => name !== 'i')) {
          expect(hashOf(toTree(window))).toBe(hash)
        }
      }),
      { numRuns: 800 },
    )
  })
})

describe('a window over more children than one part holds', () => {
  const children = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`k${i}`, { n: i % 10, at: 5000 - i }]),
  )
  const tree = parse(children)
  const keysOf = (wire: object) =>
    [...entriesOf(windowOf(tree, parseWireQuery(wire)))].map(([key]) => key)

  test('limitToLast by a child', () => {
    expect(keysOf({ i: 'at', l: 3, vf: 'r' })).toEqual(['k2', 'k1', 'k0'])
  })

  test('equal values are in key order', () => {
    const wire = { i: 'n', sp: 3, ep: 3, l: 4, vf: 'l' }
    expect(keysOf(wire)).toEqual(['k103', 'k113', 'k123', 'k13'])
  })

  test('a start with a key begins within equal values', () => {
    const wire = { i: 'n', sp: 3, sn: 'k113', sin: false, l: 2, vf: 'l' }
    expect(keysOf(wire)).toEqual(['k123', 'k13'])
  })

  test('bounds that cross hold nothing', () => {
    expect(keysOf({ i: 'n', sp: 5, ep: 3 })).toEqual([])
    expect(keysOf({ i: 'n', sp: 5, ep: 3, l: 2, vf: 'r' })).toEqual([])
  })
})

describe('a window', () => {
  test('of a leaf or of nothing is empty', () => {
    for (const tree of [null, leafOf('x', 1)]) {
      const window = windowOf(tree, parseWireQuery({ i: 'n', l: 2, vf: 'l' }))
      expect(sizeOf(window)).toBe(0)
      expect(toTree(window)).toBeNull()
      expect(memberOf(window, 'a')).toBeNull()
    }
  })

  test('gives its members by key', () => {
    const tree = parse({ a: 1, b: 2, c: 3 })
    const window = windowOf(tree, parseWireQuery({ i: '.value', sp: 2 }))
    expect(memberOf(window, 'c')).toBe(childOf(tree, 'c'))
    expect(memberOf(window, 'a')).toBeNull()
    expect(memberOf(window, 'd')).toBeNull()
  })

  test('as a tree it has no priority, as clients have it', () => {
    const tree = parse({ a: 1, '.priority': 5 })
    expect(toTree(windowOf(tree, parseWireQuery({ l: 1, vf: 'l' })))?.priority).toBeNull()
  })
})
