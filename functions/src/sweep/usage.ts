import { dayOf } from '../installs/store.ts'
import { apply, pages, type Pass } from './pass.ts'

/** How far back is looked for usage that sweeps have left behind, as after a restoration. */
const DAYS_LOOKED_BACK = 400

/**
 * Removes the usage of days that are over since `keptDays`, key by key: a whole day may be more than
 * one write can remove. It begins where the last sweep has ended. @returns how many keys' days
 */
export async function sweepUsage(
  pass: Pass,
  keptDays: number,
  fromStart: boolean,
): Promise<number> {
  const { database, dryRun } = pass
  const firstKept = dayOf(pass.nowMs) - keptDays
  const reached = (await database.read('sweeps/usageDay')) as number | null
  const start = fromStart ? firstKept - DAYS_LOOKED_BACK : (reached ?? firstKept)
  let removed = 0
  for (let day = start; day < firstKept; day += 1) {
    let left = 0
    for await (const rows of pages(pass, 'usage', `usage/${day}`, {})) {
      const changes = rows.map(([keyId]) => ({ paths: { [`usage/${day}/${keyId}`]: null } }))
      const done = await apply(pass, changes)
      removed += done
      left += rows.length - done
    }
    if (pass.isOver() || left > 0) return removed
  }
  if (!dryRun && reached !== firstKept) await database.create('sweeps/usageDay', firstKept)
  return removed
}
