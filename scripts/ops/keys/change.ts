import type { Database } from '../../../functions/src/database.ts'
import {
  planChange,
  type OperatorChange,
  type Order,
} from '../../../functions/src/installs/operatorChanges.ts'
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
  const { order, dryRun, now } = parts
  const planned = new Map<Database, OperatorChange[]>()
  for (const { keyId, install, database } of found) {
    const plan = install === null ? 'missing' : planChange(install, order, now())
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
  const { install, database } = await findKey(parts.connection, keyId)
  const plan = install === null ? 'missing' : planChange(install, parts.order, parts.now())
  if (typeof plan === 'string') return count(parts, keyId, plan)
  const refused = await writeAll(database!, [plan])
  return count(parts, keyId, refused.length === 0 ? 'changed' : 'refused')
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
