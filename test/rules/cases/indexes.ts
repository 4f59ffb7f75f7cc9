import type { Case, Outcome } from '../case.ts'
import { WINDOW } from '../world.ts'

/** What the service looks records up by. */
const INDEXED = [
  [
    'installs',
    'uid',
    'place',
    'lastUsedAt',
    'pickupBy',
    'unusedSince',
    'removeAfter',
    'masterVersion',
  ],
  [`usage/${WINDOW.day}`, 'requests', 'notedAt'],
  ['risk', 'score', 'assessedAt'],
  ['revocations', 'at'],
] as const

const looksUp = (read: string, orderBy: string, outcome: Outcome): Case => ({
  title: `the backend: looks up /${read} by ${orderBy}`,
  who: 'the backend',
  does: { read, orderBy },
  outcome,
  given: {},
})

export const indexes: readonly Case[] = [
  ...INDEXED.flatMap(([table, ...fields]) =>
    fields.map((field) => looksUp(table, field, 'allowed')),
  ),
  looksUp('installs', 'status', 'no index'),
]
