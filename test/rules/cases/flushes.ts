import { allowed, denied, forEverybody, type Case } from '../case.ts'
import type { Values } from '../values.ts'
import { MARGIN_MS, NOW, WINDOW } from '../world.ts'

const MARK = 'f0'.repeat(16)
const NEXT = 'f1'.repeat(16)
const LATEST_MS = 300_000

const mark = (id = NEXT, at: unknown = NOW, minute: string = WINDOW.minute): Values => ({
  [`flushes/${minute}/${id}`]: at,
})
// Two: taking away the last one is removing the minute.
const given: Values = { ...mark(MARK), ...mark('f2'.repeat(16)) }

export const flushes: readonly Case[] = [
  ...forEverybody('reads /flushes', { read: 'flushes' }, ['the backend']),
  ...forEverybody('marks a flush', { write: mark() }, ['the backend'], given),
  ...forEverybody(
    'removes a minute of flushes',
    { write: { [`flushes/${WINDOW.minute}`]: null } },
    ['the backend'],
    given,
  ),
  ...forEverybody('empties /flushes', { write: { flushes: null } }, [], given),
  allowed('marks a flush in the last minute', mark(NEXT, NOW, '9999999999')),
  allowed('marks a flush of a minute ahead', mark(NEXT, NOW + MARGIN_MS)),
  allowed('marks a flush that comes late', mark(NEXT, NOW - LATEST_MS)),
  denied('marks a flush that comes too late', mark(NEXT, NOW - LATEST_MS - 1)),
  denied('marks a flush of more than a minute ahead', mark(NEXT, NOW + MARGIN_MS + 1)),
  denied('marks a flush twice', mark(MARK), given),
  denied('marks a flush again, with another time', mark(MARK, NOW - 1), given),
  denied('takes a mark away', mark(MARK, null), given),
  denied('marks a flush with a text', mark(NEXT, String(NOW))),
  denied('marks a flush with more', { [`flushes/${WINDOW.minute}/${NEXT}/at`]: NOW }),
  ...[NEXT.slice(1), `${NEXT}0`, `0${NEXT}`, `${NEXT.slice(1)}g`, `g${NEXT.slice(1)}`].map((id) =>
    denied(`marks flush ${id}`, mark(id)),
  ),
  ...['0', '99999999999', 'now', '1x', 'x1'].map((minute) =>
    denied(`marks a flush in minute ${minute}`, mark(NEXT, NOW, minute)),
  ),
  denied('replaces a minute of flushes', { [`flushes/${WINDOW.minute}`]: { [NEXT]: NOW } }),
]
