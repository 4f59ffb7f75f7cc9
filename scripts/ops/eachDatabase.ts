import type { Database } from '../../functions/src/database.ts'
import { eachShard } from '../../functions/src/eachShard.ts'
import type { Connection } from './connection.ts'
import { newId } from './newId.ts'
import { EXIT, OpsError, type Exit } from './opsError.ts'
import type { Output } from './output.ts'

/** Who has a scheduled job done now, and how. */
export interface Order {
  /** For the audit trail. */
  readonly who: string
  readonly dryRun: boolean
  /** Unix milliseconds. */
  readonly now: () => number
}

/** For all databases. Somebody waits in front of it; what is left over is for the next one. */
const BUDGET_MS = 10 * 60 * 1000

/**
 * Has a scheduled job done for one database after the other, as the schedule does: one that is away does not
 * keep the others from it.
 * @param doOne does it for one of them within so many ms, and says whether something is left
 * @returns `failed` when not all of it was done
 * @throws what it threw, where there is one database
 */
export async function eachDatabase(
  { databases, shards }: Pick<Connection, 'databases' | 'shards'>,
  order: Order & { readonly action: 'sweep' | 'assess' },
  doOne: (database: Database, budgetMs: number) => Promise<boolean>,
  output: Output,
): Promise<Exit> {
  const isAlone = databases.length === 1
  const tell = (shard: number, error: unknown): void => {
    if (!isAlone) output.say(`${shards.urls[shard]}: ${(error as Error).message}`)
  }
  try {
    const left = await eachShard(
      databases.length,
      async (shard, budgetMs) => {
        const database = databases[shard]!
        if (!order.dryRun) await begin(database, order)
        return doOne(database, budgetMs)
      },
      { budgetMs: BUDGET_MS, now: order.now, told: { done: () => undefined, failed: tell } },
    )
    return left.includes(true) ? EXIT.failed : EXIT.done
  } catch (error) {
    if (isAlone) throw error
    return EXIT.failed
  }
}

/**
 * Told before it begins: it can be ended at any point.
 * @throws OpsError when the entry is refused: nothing is done that the audit trail does not know of
 */
async function begin(
  database: Database,
  { action, who, now }: Order & { readonly action: string },
): Promise<void> {
  const entry = { at: now(), who, action, target: 'all' }
  if (await database.create(`audit/${newId()}`, entry)) return
  throw new OpsError(
    `The audit trail did not take the entry, so no ${action} was begun: doctor looks at the rules and the clock.`,
  )
}
