import { PushIds } from '../../rtdb/src/pushId.ts'

const filled = (byte: number) => (count: number) => new Uint8Array(count).fill(byte)

const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'

const timeOf = (id: string): number =>
  [...id.slice(0, 8)].reduce((time, digit) => time * 64 + ALPHABET.indexOf(digit), 0)

test('an ID is eight characters of time and twelve of randomness', () => {
  expect(new PushIds(filled(0)).next(0)).toBe('-'.repeat(20))
  expect(new PushIds(filled(63)).next(64 ** 8 - 1)).toBe('z'.repeat(20))
  expect(timeOf(new PushIds(filled(1)).next(1_437_600_000_000))).toBe(1_437_600_000_000)
})

test('IDs ascend, within a millisecond and when the clock goes back', () => {
  const ids = new PushIds(filled(62))
  const made = [5, 5, 5, 6, 4, 4, 7].map((now) => ids.next(now))
  expect(made).toEqual([...made].sort())
  expect(new Set(made).size).toBe(made.length)
})
