import { LIMITS } from './limits.ts'

/**
 * Key order: integers of 32 bits first, by number (equal ones: the shorter first), then all others
 * by UTF-16 code units. `MIN_KEY` and `MAX_KEY` are the extremes.
 */
export function compareKeys(a: string, b: string): number {
  return comparePrepared(a, int32Of(a), b, int32Of(b))
}

/** `compareKeys(key, sought)` for many keys: what depends on `sought` is computed once. */
export function keyComparison(sought: string): (key: string) => number {
  const number = int32Of(sought)
  return (key) => (key === sought ? 0 : comparePrepared(key, int32Of(key), sought, number))
}

/** Bounds, as the wire spells them; no key, because a key holds no bracket. */
export const MIN_KEY = '[MIN_NAME]'
export const MAX_KEY = '[MAX_NAME]'

/** The keys in key order, in O(n) if they are so already (as exports are). May return the same array. */
export function sortKeys(keys: readonly string[]): readonly string[] {
  if (areSorted(keys)) return keys
  const integers = keys.filter((key) => int32Of(key) !== null)
  const others = keys.filter((key) => int32Of(key) === null)
  return [...integers.sort(compareKeys), ...others.sort()]
}

/** What is wrong with a key, or null: the reasons complete a message about "the key …". */
export function keyFault(key: string): string | null {
  if (key === '') return 'is empty'
  if (FORBIDDEN.test(key)) return 'holds one of . $ # [ ] / or a control character'
  // Three bytes are the most that one UTF-16 unit needs.
  if (key.length * 3 <= LIMITS.keyBytesMax) return null
  return Buffer.byteLength(key) > LIMITS.keyBytesMax
    ? `is longer than ${LIMITS.keyBytesMax} bytes`
    : null
}

const FORBIDDEN = /[.$#[\]/\u0000-\u001f\u007f]/

const [ZERO, NINE] = [0x30, 0x39]

/** The key as an integer of 32 bits with any leading zeros, else null. By hand: it is the hot spot. */
function int32Of(key: string): number | null {
  const isNegative = key.startsWith('-')
  const digits = isNegative ? 1 : 0
  const max = isNegative ? 0x8000_0000 : 0x7fff_ffff
  let number = 0
  for (let i = digits; i < key.length; i++) {
    const code = key.charCodeAt(i)
    if (code < ZERO || code > NINE) return null
    number = number * 10 + code - ZERO
    if (number > max) return null
  }
  if (key.length === digits) return null
  return isNegative ? -number : number
}

function comparePrepared(a: string, aNumber: number | null, b: string, bNumber: number | null) {
  if (a === b) return 0
  if (a === MIN_KEY || b === MAX_KEY) return -1
  if (a === MAX_KEY || b === MIN_KEY) return 1
  if (aNumber === null && bNumber === null) return a < b ? -1 : 1
  if (aNumber === null) return 1
  if (bNumber === null) return -1
  // "-0" and "00" are the same number and length, but not the same key.
  return aNumber - bNumber || a.length - b.length || (a < b ? -1 : 1)
}

function areSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (compareKeys(keys[i - 1]!, keys[i]!) > 0) return false
  return true
}
