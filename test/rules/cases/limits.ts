import { allowed, denied, type Case } from '../case.ts'
import { WINDOW } from '../world.ts'
import { increment } from '../writes.ts'

/** The counters per UID, and up to where they count. */
const COUNTERS = [
  { table: 'limits/challenges', window: WINDOW.minute, cap: 5 },
  { table: 'limits/otpAttempts', window: WINDOW.day, cap: 20 },
  { table: 'limits/keys', window: WINDOW.day, cap: 50 },
]

export const limits: readonly Case[] = COUNTERS.flatMap(({ table, window, cap }) => {
  const now = `${table}/${window}`
  const count = (by = 1, uid = 'ada') => ({ [`${now}/${uid}`]: increment(by) })
  const is = (value: unknown) => ({ [`${now}/ada`]: value })
  return [
    allowed(`${table}: counts the first`, count(1, 'carol')),
    allowed(`${table}: counts the first of a window`, {
      [`${table}/9999999999/ada`]: increment(1),
    }),
    allowed(`${table}: counts the last`, count(), is(cap - 1)),
    allowed(`${table}: counts for the longest UID`, count(1, 'a'.repeat(128))),
    denied(`${table}: counts beyond the cap`, count(), is(cap)),
    denied(`${table}: counts two at once`, count(2)),
    denied(`${table}: begins with two`, count(2, 'carol')),
    denied(`${table}: begins with none`, is(0), is(null)),
    denied(`${table}: counts back`, count(-1)),
    denied(`${table}: stays`, is(3)),
    denied(`${table}: begins anew`, is(1)),
    denied(`${table}: takes one count away`, is(null)),
    denied(`${table}: holds more`, { [`${now}/carol/note`]: 1 }),
    denied(`${table}: counts for a longer UID`, count(1, 'a'.repeat(129))),
    denied(`${table}: counts for a UID with a space`, count(1, 'a b')),
    denied(`${table}: counts in a window of 11 digits`, { [`${table}/99999999999/ada`]: 1 }),
    denied(`${table}: counts in window 0`, { [`${table}/0/ada`]: 1 }),
    denied(`${table}: counts in a window that is none`, { [`${table}/now/ada`]: 1 }),
    allowed(`${table}: removes a window`, { [now]: null }),
    denied(`${table}: replaces a window`, { [now]: { ada: 4, bob: 1 } }),
  ]
})
