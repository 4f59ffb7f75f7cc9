import type { Database } from '../../../functions/src/database.ts'
import {
  endsAll,
  planChange,
  type NoChange,
  type OperatorChange,
  type Order,
} from '../../../functions/src/installs/operatorChanges.ts'
import { readInGrace } from '../../../functions/src/installs/store.ts'
import type { Connection } from '../connection.ts'
import { findKey, type Found } from './selection.ts'

/** What became of the keys of a command; in a dry run, what would. */
export interface Tally {
  changed: number
  /** Done before, by an earlier run for instance: so a command that was ended can be given again. */
  already: number
  /** Of a status that the action does not lead from, as a revoked key that should be resumed. */
  impossible: number
  /** No key of this ID. */
  missing: number
  /** Changed by somebody else between the reading and the writing, twice. */
  refused: number
}

export const newTally = (): Tally => ({
  changed: 0,
  already: 0,
  impossible: 0,
  missing: 0,
  refused: 0,
})

export interface ChangeParts {
  readonly connection: Pick<Connection, 'databases' | 'shards'>
  readonly order: Order
  readonly dryRun: boolean
  /** Unix milliseconds. */
  readonly now: () => number
  readonly tally: Tally
  readonly onMissing: (keyId: string) => void
}

/** Changes one page of keys, in one write for each database. */
export async function changeKeys(parts: ChangeParts, found: readonly Found[]): Promise<void> {
  const { dryRun } = parts
  const planned = new Map<Database, OperatorChange[]>()
  // A key in its grace that is named itself is changed by itself.
  const named = new Set(found.map(({ keyId }) => keyId))
  for (const { keyId, database, plan } of await planAll(parts, found, named)) {
    if (typeof plan === 'string' || database === undefined) {
      count(parts, keyId, typeof plan === 'string' ? plan : 'missing')
      continue
    }
    const changes = planned.get(database) ?? []
    if (changes.length === 0) planned.set(database, changes)
    changes.push(plan)
  }
  for (const [database, changes] of planned) {
    const refused = new Set(dryRun ? [] : await writeAll(database, changes))
    for (const { keyId } of changes) {
      if (refused.has(keyId)) await changeAgain(parts, keyId)
      else count(parts, keyId, 'changed')
    }
  }
}

/** It was not as it was read: it is read once more. A write that was sent twice shows as done here. */
async function changeAgain(parts: ChangeParts, keyId: string): Promise<void> {
  const again = await findKey(parts.connection, keyId)
  const { database, plan } = await planOne(parts, again)
  if (typeof plan === 'string') return count(parts, keyId, plan)
  const refused = await writeAll(database!, [plan])
  return count(parts, keyId, refused.length === 0 ? 'changed' : 'refused')
}

/** Keys that are looked up at a time. */
const AT_A_TIME = 20

type Planned = Pick<Found, 'keyId' | 'database'> & { plan: OperatorChange | NoChange | 'missing' }

async function planAll(
  parts: ChangeParts,
  found: readonly Found[],
  named: ReadonlySet<string>,
): Promise<readonly Planned[]> {
  const planned: Planned[] = []
  for (let at = 0; at < found.length; at += AT_A_TIME) {
    const some = found.slice(at, at + AT_A_TIME)
    planned.push(...(await Promise.all(some.map((each) => planOne(parts, each, named)))))
  }
  return planned
}

/** Whoever stops a key means its install: the key before it may still be in its grace. */
async function planOne(
  { order, now }: ChangeParts,
  { keyId, install, database }: Found,
  named?: ReadonlySet<string>,
): Promise<Planned> {
  if (install === null || database === undefined) return { keyId, database, plan: 'missing' }
  const inGrace = endsAll(order.action) ? await readInGrace(database, install, now()) : []
  const others = inGrace.filter((other) => !named?.has(other.keyId))
  return { keyId, database, plan: planChange(install, order, now(), others) }
}

function count({ tally, onMissing }: ChangeParts, keyId: string, outcome: keyof Tally): void {
  tally[outcome] += 1
  if (outcome === 'missing') onMissing(keyId)
}

/**
 * All in one write; when the rules refuse it, by halves, since a few keys have changed meanwhile.
 * @returns the key IDs that were refused
 */
async function writeAll(
  database: Database,
  changes: readonly OperatorChange[],
): Promise<readonly string[]> {
  if (await database.write(joined(changes))) return []
  if (changes.length === 1) {
    const { keyId, otherwise } = changes[0]!
    return otherwise !== undefined && (await database.write(otherwise)) ? [] : [keyId]
  }
  const half = Math.ceil(changes.length / 2)
  return [
    ...(await writeAll(database, changes.slice(0, half))),
    ...(await writeAll(database, changes.slice(half))),
  ]
}

const joined = (changes: readonly OperatorChange[]): Record<string, unknown> =>
  Object.fromEntries(changes.flatMap(({ paths }) => Object.entries(paths)))
