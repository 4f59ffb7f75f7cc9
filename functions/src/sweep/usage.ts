import { dayOf } from '../installs/store.ts'
import { apply, pages, type Pass } from './pass.ts'

/** How far back is looked for usage that sweeps have left behind, as after a restoration. */
const DAYS_LOOKED_BACK = 400

/**
 * Removes the usage of days that are over since `keptDays`, key by key and network by network: a whole day may be more than
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
    for (const table of [`usage/${day}`, `networks/${day}`]) {
      for await (const rows of pages(pass, 'usage', table, {})) {
        const changes = rows.map(([name]) => ({ paths: { [`${table}/${name}`]: null } }))
        const done = await apply(pass, changes)
        removed += done
        left += rows.length - done
      }
    }
    if (pass.isOver() || left > 0) return removed
  }
  if (!dryRun && reached !== firstKept) await database.create('sweeps/usageDay', firstKept)
  return removed
}

/** Removes risks that were assessed before those days: nothing of them is in force or remembered. */
export async function sweepRisks(pass: Pass, keptDays: number): Promise<number> {
  let removed = 0
  const due = {
    orderBy: 'assessedAt',
    from: 1,
    to: pass.nowMs - Math.max(keptDays, RISK_DAYS_MIN) * DAY_MS,
  }
  for await (const rows of pages(pass, 'risks', 'risk', due)) {
    removed += await apply(
      pass,
      rows.map(([keyId]) => ({ paths: { [`risk/${keyId}`]: null } })),
    )
  }
  return removed
}

const DAY_MS = 86_400_000

/** Longer than any level, or exemption, lasts: thirty days. */
const RISK_DAYS_MIN = 31
