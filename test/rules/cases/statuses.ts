import { allowed, denied, variations, type Case } from '../case.ts'
import type { Values } from '../values.ts'
import { DAY_MS, KEY, MARGIN_MS, NOW, PLACE, credential, credentialOf } from '../world.ts'
import { install, installOf } from '../world.ts'

/** Which status may follow which. */
const FOLLOWING: readonly (readonly [from: Status, ...to: Status[]])[] = [
  ['active', 'active', 'superseded', 'suspended', 'revoked', 'dormant'],
  ['superseded', 'revoked'],
  ['suspended', 'active', 'revoked'],
  ['revoked', 'revoked'],
  ['dormant', 'active', 'superseded', 'suspended', 'revoked'],
]

const STATUSES = ['active', 'superseded', 'suspended', 'revoked', 'dormant'] as const
type Status = (typeof STATUSES)[number]

const path = (status: Status, field: string) => `${installOf(KEY[status])}/${field}`

const ENDS: readonly Status[] = ['superseded', 'revoked', 'dormant']

/** The status with all that belongs to it. */
const turn = (from: Status, to: Status): Values => ({
  [path(from, 'status')]: to,
  ...(ENDS.includes(to)
    ? { [path(from, 'removeAfter')]: NOW + DAY_MS }
    : ENDS.includes(from) && { [path(from, 'removeAfter')]: null }),
  ...(from !== to &&
    to === 'dormant' && {
      [path(from, 'dormantFrom')]: from === 'suspended' ? NOW : NOW - 1000,
    }),
  ...(from !== to && from === 'dormant' && { [path(from, 'dormantFrom')]: null }),
  // No recent use makes a key anything but active.
  ...(['suspended', 'dormant'].includes(from) && { [path(from, 'lastUsedAt')]: NOW }),
})

const transitions = FOLLOWING.flatMap(([from, ...following]) =>
  STATUSES.map((to) => {
    const check = following.includes(to) ? allowed : denied
    return check(`makes the ${from} key ${to}`, turn(from, to))
  }),
)

const EARLIEST = NOW + DAY_MS - MARGIN_MS

const ending = variations({
  title: 'revokes a key',
  write: turn('active', 'revoked'),
  good: { 'it goes at the earliest time': { [path('active', 'removeAfter')]: EARLIEST } },
  bad: {
    'it goes earlier': { [path('active', 'removeAfter')]: EARLIEST - 1 },
    'it never goes': { [path('active', 'removeAfter')]: undefined },
    'as if it were dormant': { [path('active', 'dormantFrom')]: NOW - 1000 },
  },
})

const unused = (field: string) => `${installOf(KEY.unused)}/${field}`
const marking = variations({
  title: 'marks a key that nobody has used',
  write: {
    [unused('status')]: 'dormant',
    [unused('dormantFrom')]: NOW - 1000,
    [unused('removeAfter')]: NOW + DAY_MS,
    [unused('unusedSince')]: null,
  },
  bad: {
    'it is still to be found as one': { [unused('unusedSince')]: undefined },
    'it was used since it was looked at': { [unused('lastUsedAt')]: NOW },
    'its last use is not noted': { [unused('dormantFrom')]: undefined },
    'it never goes': { [unused('removeAfter')]: undefined },
  },
})

const firstUse = variations({
  title: 'records the first use',
  write: {
    [unused('lastUsedAt')]: NOW,
    [unused('firstUsedAt')]: NOW,
    [unused('unusedSince')]: null,
  },
  bad: {
    'at another time than the last': { [unused('firstUsedAt')]: NOW - 1 },
  },
})

const again = `${installOf(KEY.usedAgain)}`
const reviving: readonly Case[] = [
  allowed('takes back the mark of a key that was used since', {
    [`${again}/status`]: 'active',
    [`${again}/dormantFrom`]: null,
    [`${again}/removeAfter`]: null,
  }),
  ...variations({
    title: 'revives a dormant key',
    write: turn('dormant', 'active'),
    good: {
      'by a use that is a millisecond later': { [path('dormant', 'lastUsedAt')]: NOW - 999 },
    },
    bad: {
      'without a use': { [path('dormant', 'lastUsedAt')]: undefined },
      'it goes anyway': { [path('dormant', 'removeAfter')]: undefined },
      'it stays marked': { [path('dormant', 'dormantFrom')]: undefined },
    },
  }),
  ...variations({
    title: 'resumes a suspended key',
    write: turn('suspended', 'active'),
    good: {
      'by a clock that is a minute behind': { [path('suspended', 'lastUsedAt')]: NOW - MARGIN_MS },
    },
    bad: {
      'with its old last use': { [path('suspended', 'lastUsedAt')]: undefined },
      'by a clock that is further behind': {
        [path('suspended', 'lastUsedAt')]: NOW - MARGIN_MS - 1,
      },
    },
  }),
]

const removing: readonly Case[] = [
  allowed('removes a key whose time has come', { [installOf(KEY.ended)]: null }),
  denied('removes a key before its time', { [installOf(KEY.superseded)]: null }),
  allowed('removes a dormant key whose time has come', { [installOf(KEY.idle)]: null }),
  denied('removes a dormant key that was used', { [again]: null }),
  denied('removes a dormant key before its time', { [installOf(KEY.dormant)]: null }),
  denied('removes a key and leaves its drop', { [installOf(KEY.ended)]: null }, endedDrop()),
  allowed(
    'removes a key with its drop',
    { [installOf(KEY.ended)]: null, [credentialOf(PLACE.bobs)]: null },
    endedDrop(),
  ),
  denied('replaces a key whose time has come', {
    [installOf(KEY.ended)]: { ...install(PLACE.bobs), status: 'superseded', removeAfter: EARLIEST },
  }),
]

function endedDrop(): Values {
  return { [credentialOf(PLACE.bobs)]: credential(KEY.ended) }
}

const marks: readonly Case[] = [
  denied('calls a key unused that was used', { [path('active', 'unusedSince')]: NOW - 1000 }),
  denied(
    'sets another first use',
    { [path('active', 'firstUsedAt')]: NOW - 1000 },
    {
      [path('active', 'firstUsedAt')]: NOW - 2000,
    },
  ),
  denied(
    'takes a first use away',
    { [path('active', 'firstUsedAt')]: null },
    {
      [path('active', 'firstUsedAt')]: NOW - 1000,
    },
  ),
  denied('moves the mark of a dormant key', { [`${again}/dormantFrom`]: NOW - 500 }),
  denied('takes the mark of a dormant key away', { [path('dormant', 'dormantFrom')]: null }),
  denied('marks an active key without making it dormant', {
    [path('active', 'dormantFrom')]: NOW - 1000,
  }),
  denied('lets an active key go', { [path('active', 'removeAfter')]: NOW + DAY_MS }),
  allowed('keeps an ended key longer', { [path('revoked', 'removeAfter')]: NOW + 2 * DAY_MS }),
  denied('keeps an ended key for ever', { [path('revoked', 'removeAfter')]: null }),
]

const reasons = variations({
  title: 'gives the reason',
  write: { [path('revoked', 'reason')]: 'x'.repeat(64) },
  bad: {
    'a longer one': { [path('revoked', 'reason')]: 'x'.repeat(65) },
    'a number': { [path('revoked', 'reason')]: 1 },
  },
})

const grace = `${installOf(KEY.superseded)}/graceUntil`

export const statuses: readonly Case[] = [
  ...transitions,
  ...ending,
  ...marking,
  ...firstUse,
  ...reviving,
  ...removing,
  ...marks,
  denied('makes the active key one of no known status', { [path('active', 'status')]: 'deleted' }),
  denied('takes the status of the active key away', { [path('active', 'status')]: null }),
  denied('makes a key that is not there active', {
    [`installs/${'0'.repeat(32)}/status`]: 'active',
  }),
  ...reasons,
  denied('prolongs a grace', { [grace]: NOW + 2000 }),
  denied('ends a grace', { [grace]: null }),
  denied('gives grace to the active key', { [path('active', 'graceUntil')]: NOW }),
]
