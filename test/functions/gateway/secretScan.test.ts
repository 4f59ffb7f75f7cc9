import fc from 'fast-check'
import { makeSecretScan } from '../../../functions/src/gateway/secretScan.ts'

const SECRET = 'abcabcab-secret'

/** Cuts bytes at these places. */
function partsOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  places.sort((a, b) => a - b)
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end))
}

test('it is found however the bytes are cut, and nothing else is', () => {
  const noise = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', 's'), maxLength: 60 })
  fc.assert(
    fc.property(
      noise,
      noise,
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.boolean(),
      (a, b, cuts, is) => {
        const bytes = Buffer.from(a + (is ? SECRET : '') + b)
        const scan = makeSecretScan(['zzzzzzzzzzzzzzzzzzzzzzz', SECRET])
        const found = partsOf(bytes, cuts).map(scan)
        expect(found.includes(true)).toBe(bytes.includes(SECRET))
      },
    ),
    { numRuns: 2000 },
  )
})

test('without a secret nothing is looked for', () => {
  expect(makeSecretScan([])(Buffer.from('anything'))).toBe(false)
})
