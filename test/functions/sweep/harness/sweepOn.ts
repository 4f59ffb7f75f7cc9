import {
  sweep,
  type SweepParts,
  type SweepSettings,
} from '../../../../functions/src/sweep/sweep.ts'
import type { SweepReport } from '../../../../functions/src/sweep/report.ts'
import type { Backend } from '../../installs/harness/backend.ts'

const DAY_MS = 86_400_000

/** The defaults of the settings. */
export const SETTINGS: SweepSettings = {
  dormantMs: 90 * DAY_MS,
  unusedMs: 7 * DAY_MS,
  dormantGraceMs: 14 * DAY_MS,
  usageDays: 35,
  pendingMs: DAY_MS,
  deleteAnonymousUsers: false,
}

/** A whole sweep, under the backend's clock, with some parts changed. */
export const sweepOn = (
  { database, clock }: Pick<Backend, 'database' | 'clock'>,
  parts: Partial<SweepParts>,
): Promise<SweepReport> =>
  sweep({
    database,
    identity: { deleteAnonymous: () => Promise.reject(new Error('not asked for')) },
    now: () => clock.ms,
    batch: 500,
    budgetMs: 60_000,
    settings: SETTINGS,
    ...parts,
  })
