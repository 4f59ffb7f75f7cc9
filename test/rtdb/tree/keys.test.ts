import fc from 'fast-check'

import {
  compareKeys,
  keyComparison,
  keyFault,
  MAX_KEY,
  MIN_KEY,
  sortKeys,
} from '../../../rtdb/src/tree/keys.ts'

import { keys } from './arbitrary.ts'

describe('key order', () => {
  /** Each list is in order. */
  test.each([
    [['1', '2', '10', '100', 'a']],
    [['-10', '-2', '-1', '0', '1']],
    [['1', '01', '001', '2']],
    [['2147483647', 'a']],
    [['2147483647', '2147483648', '3000000000']],
    [['-2147483648', '0', '-2147483649']],
    [['9', '-', '--1', '-a', '1.0'.replace('.', '_'), 'A', '_', 'a']],
    [['Z', 'a', 'é', '\u{1F600}', '\uffff']],
    [[MIN_KEY, '-5', 'a', '~', MAX_KEY]],
  ])('%j', (sorted) => {
    expect([...sorted].reverse().sort(compareKeys)).toEqual(sorted)
  })

  test('different keys are never equal, though both be the integer 0', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        expect(compareKeys(a, b) === 0).toBe(a === b)
        expect(Math.sign(compareKeys(a, b)) + Math.sign(compareKeys(b, a))).toBe(0)
      }),
    )
  })

  test('is transitive', () => {
    fc.assert(
      fc.property(keys, keys, keys, (a, b, c) => {
        const [x, y, z] = [a, b, c].sort(compareKeys) as [string, string, string]
        expect(compareKeys(x, z)).toBeLessThanOrEqual(0)
        expect(compareKeys(x, y)).toBeLessThanOrEqual(0)
      }),
    )
  })

  test('the prepared comparison and the bulk sort agree with it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys), keys, (list, sought) => {
        expect(sortKeys(list)).toEqual([...list].sort(compareKeys))
        const compare = keyComparison(sought)
        for (const key of list) expect(compare(key)).toBe(compareKeys(key, sought))
      }),
    )
  })
})

describe('legal keys', () => {
  test.each([
    'a',
    '__proto__',
    'constructor',
    'toString',
    ' ',
    'é',
    '%2F',
    '\u0080',
    'k'.repeat(768),
  ])('%j', (key) => {
    expect(keyFault(key)).toBeNull()
  })

  test.each(['.', '$', '#', '[', ']', '/', '\u0000', '\u001f', '\u007f'])(
    'none with %j',
    (character) => {
      expect(keyFault(`a${character}b`)).toMatch(/^holds one of/)
    },
  )

  test('none that is empty', () => {
    expect(keyFault('')).toBe('is empty')
  })

  test('768 bytes of UTF-8 are the most', () => {
    expect(keyFault('é'.repeat(384))).toBeNull()
    expect(keyFault(`${'é'.repeat(384)}a`)).toBe('is longer than 768 bytes')
    expect(keyFault('k'.repeat(769))).toBe('is longer than 768 bytes')
  })
})
