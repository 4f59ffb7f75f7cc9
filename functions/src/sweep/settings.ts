import type { Config } from '../config.ts'
import type { SweepSettings } from './sweep.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** What the sweep takes from the configuration. */
export type SweepConfig = Pick<
  Config,
  | 'dormantDays'
  | 'unusedDays'
  | 'dormantGraceDays'
  | 'deleteUsageDays'
  | 'deletePendingDays'
  | 'deleteAnonymousUsers'
>

/** Days as ms. */
export const sweepSettings = (config: SweepConfig): SweepSettings => ({
  dormantMs: config.dormantDays * DAY_MS,
  unusedMs: config.unusedDays * DAY_MS,
  dormantGraceMs: config.dormantGraceDays * DAY_MS,
  usageDays: config.deleteUsageDays,
  pendingMs: config.deletePendingDays * DAY_MS,
  deleteAnonymousUsers: config.deleteAnonymousUsers,
})
