import fc from 'fast-check'

import type { Json } from '../../../rtdb/src/tree/index.ts'

/** Legal keys: those that objects inherit, integers in all spellings, ends of ranges, any text. */
export const keys: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd', 'aa', 'n', '~', 'é', '\u{1F600}', '-Nabc', '-'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'),
  fc.constantFrom('0', '1', '2', '3', '10', '-1', '-0', '00', '01', '2147483647', '2147483648'),
  fc.constantFrom('-2147483648', '-2147483649', '00000000001'),
  fc.stringMatching(/^[a-z0-9-]{1,4}$/),
)

/** Values with many ties between them. */
export const primitives: fc.Arbitrary<string | number | boolean> = fc.oneof(
  fc.boolean(),
  fc.integer({ min: -3, max: 5 }),
  fc.constantFrom(0.5, 1e21, -1e-7, 1795300000000, 5e-324),
  fc.constantFrom('', 'a', 'b', 'aa', 'é', '\u{1F600}', '10', '2', '\uffff'),
)

export const priorities: fc.Arbitrary<string | number | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom('p', 'q', '10') },
)

const leaves: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: primitives },
  {
    weight: 1,
    arbitrary: fc
      .tuple(primitives, fc.constantFrom<(string | number)[]>(1, 2, 'p'))
      .map(([value, priority]): Json => ({ '.value': value, '.priority': priority })),
  },
)

/** Data in the export format, of a few layers; null and empty objects among it. */
export const exports: fc.Arbitrary<Json> = fc.letrec<{ data: Json }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'data' },
    leaves,
    fc
      .tuple(fc.dictionary(keys, tie('data'), { maxKeys: 6 }), priorities)
      .map(([children, priority]) => withPriority(children, priority)),
    fc.constant(null),
  ),
})).data

/** A location's children: objects, so that there is something to query. */
export const locations: fc.Arbitrary<Json> = fc
  .uniqueArray(fc.tuple(keys, exports), { maxLength: 30, selector: ([key]) => key })
  .map((children) => Object.fromEntries(children))

/** The children as own members, `__proto__` too. */
function withPriority(children: { [key: string]: Json }, priority: string | number | null): Json {
  const own = Object.fromEntries(Object.entries(children))
  return priority === null ? own : { ...own, '.priority': priority }
}
