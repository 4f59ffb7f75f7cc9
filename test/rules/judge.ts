import { identify } from '../../rtdb/src/auth.ts'
import { applyChanges, parseUpdate } from '../../rtdb/src/changes.ts'
import { canRead, canWrite, indexesAt } from '../../rtdb/src/rules/index.ts'
import type { Auth, Denial, Rules } from '../../rtdb/src/rules/index.ts'
import { parsePath, parseTree } from '../../rtdb/src/tree/index.ts'
import type { Tree } from '../../rtdb/src/tree/index.ts'
import type { Case, Outcome } from './case.ts'
import { IDENTITIES, type Who } from './identities.ts'
import { placed } from './values.ts'
import { ACCOUNTS_WORLD } from './accounts.ts'
import { NOW, WORLD } from './world.ts'

/** Asks rules about one case: the database's own rules engine, without a database around it. */
export type Judge = (rules: Rules) => Judgement

export interface Judgement {
  readonly outcome: Outcome
  readonly why?: Denial
}

/** Everything but the rules is prepared once, for a case is asked of hundreds of rules files. */
export function judgeOf({ who, does, given }: Case): Judge {
  const context = { auth: authOf(who), now: NOW }
  const before = treeOf(given)
  if ('read' in does) {
    const path = parsePath(does.read)
    return (rules) => {
      const verdict = canRead(rules, context, before, path)
      if (!verdict.allowed) return denied(verdict.why)
      const isIndexed = does.orderBy === undefined || indexesAt(rules, path).has(does.orderBy)
      return { outcome: isIndexed ? 'allowed' : 'no index' }
    }
  }
  const changes = parseUpdate('', does.write)
  const after = applyChanges(before, changes, NOW)
  return (rules) => {
    for (const { path } of changes) {
      const verdict = canWrite(rules, context, before, after, path)
      if (!verdict.allowed) return denied(verdict.why)
    }
    return { outcome: 'allowed' }
  }
}

const denied = (why: Denial): Judgement => ({ outcome: 'denied', why })

/** The data of a case. */
function treeOf(given: Case['given']): Tree {
  return parseTree(dataOf(given), { now: NOW })
}

export const dataOf = (given: Case['given']): unknown =>
  placed(placed({}, { ...WORLD, ...ACCOUNTS_WORLD }), given)

function authOf(who: Who): Auth | null {
  const identity = IDENTITIES[who]
  if (identity === null) return null
  if ('override' in identity) return identity.override
  const found = identify(
    unsignedToken({ firebase: { sign_in_provider: 'custom' }, ...identity.token }),
  )
  if (found.admin) throw new TypeError('No token is the owner.')
  return found.auth
}

/** A token as the Auth emulator makes them. */
const unsignedToken = (claims: object): string =>
  `${[{ alg: 'none', type: 'JWT' }, claims].map(encoded).join('.')}.`

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
