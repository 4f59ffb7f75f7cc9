import type { AssessParts } from '../../../../functions/src/behaviour/assessUsage.ts'
import type { Signal } from '../../../../functions/src/usage/signals.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { newId } from '../../installs/harness/backend.ts'
import { DAY_MS, SETTINGS } from './evidence.ts'

export const RUN = {
  settings: { ...SETTINGS, mode: 'enforce' as const, exemptMs: 7 * DAY_MS },
  newId,
  log: () => undefined,
  batch: 500,
  budgetMs: 60_000,
} satisfies Partial<AssessParts>

/** As instances have counted it a moment ago, so that a run looks at it. */
export function countFor(
  base: TestDatabase,
  keyId: string,
  signals: Partial<Record<Signal, number>>,
  more: object = {},
): void {
  const { clock } = base
  const day = Math.floor(clock.ms / DAY_MS)
  const hour = new Date(clock.ms).toISOString().slice(11, 13)
  const notedAt = clock.ms - 2000
  const row = { lastAt: notedAt, notedAt, signals: { [hour]: signals }, ...more }
  const days = base.data()['usage']
  base.seed('usage', { ...days, [day]: { ...days?.[day], [keyId]: row } })
}
