import { allowed, denied, variations, type Case } from '../case.ts'
import { KEY, NOW, installOf } from '../world.ts'

/** Which status may follow which. */
const FOLLOWING: readonly (readonly [from: Status, ...to: Status[]])[] = [
  ['active', 'active', 'superseded', 'suspended', 'revoked', 'dormant'],
  ['superseded', 'revoked'],
  ['suspended', 'active', 'revoked'],
  ['revoked', 'revoked'],
  ['dormant', 'revoked'],
]

const STATUSES = ['active', 'superseded', 'suspended', 'revoked', 'dormant'] as const
type Status = (typeof STATUSES)[number]

const path = (status: Status, field: string) => `${installOf(KEY[status])}/${field}`

const transitions = FOLLOWING.flatMap(([from, ...following]) =>
  STATUSES.map((to) => {
    const check = following.includes(to) ? allowed : denied
    return check(`makes the ${from} key ${to}`, { [path(from, 'status')]: to })
  }),
)

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
