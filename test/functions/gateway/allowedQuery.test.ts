import fc from 'fast-check'
import { allowedQuery } from '../../../functions/src/gateway/allowedQuery.ts'

const names = new Set(['units', 'expand[]', 'q'])

test.each([
  ['?', ''],
  ['?units=metric', 'units=metric'],
  ['?units', 'units'],
  ['?units=', 'units='],
  ['?q=a=b', 'q=a%3Db'],
  ['?q=1&q=2', 'q=1&q=2'],
  ['?expand[]=x&expand%5B%5D=y', 'expand%5B%5D=x&expand%5B%5D=y'],
  ['?q=a+b%2Bc%20d', 'q=a+b%2Bc%20d'],
  ["?q=<'>", "q=%3C'%3E"],
  // Old servers take it for an ampersand.
  ['?q=1;appid=x', 'q=1%3Bappid%3Dx'],
])('%s goes on as %j', (query, expected) => {
  expect(allowedQuery(query, names)).toBe(expected)
})

test.each([
  ['a name that is not declared', '?appid=x'],
  ['it in disguise', '?%61ppid=x'],
  ['another case', '?Units=x'],
  ['a space before', '?+units=x'],
  ['an array of it', '?units[]=x'],
  ['no name', '?=x'],
  ['an empty pair', '?q=1&'],
  ['a broken escape', '?q=%ff'],
  ['a broken escape in a name', '?%ff=1'],
])('%s is an invalid request', (_name, query) => {
  expect(() => allowedQuery(query, names)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }) as Error,
  )
})

test('whoever reads the result finds the declared names alone, with the values that were sent', () => {
  const pair = fc.tuple(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 10 }))
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 4 }), (pairs) => {
      const sent = new URLSearchParams(pairs)
      const passed = new URLSearchParams(allowedQuery(`?${sent.toString()}`, names))
      expect([...passed]).toEqual([...sent])
    }),
  )
})
