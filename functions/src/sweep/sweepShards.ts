import { describeError, type Log } from '../log.ts'
import type { SweepReport } from './report.ts'

/**
 * Sweeps one database after the other. One that fails does not keep the others from it, and gets its
 * log line; what it left of the time is theirs.
 * @param count of databases
 * @param sweepOne sweeps one of them within so many ms
 * @returns the reports of those that were swept
 * @throws what the first failing one threw, once all had their turn
 */
export async function sweepShards(
  count: number,
  sweepOne: (shard: number, budgetMs: number) => Promise<SweepReport>,
  { budgetMs, now, log }: { budgetMs: number; now: () => number; log: Log },
): Promise<readonly SweepReport[]> {
  const endAt = now() + budgetMs
  const reports: SweepReport[] = []
  const errors: unknown[] = []
  for (let shard = 0; shard < count; shard += 1) {
    const startedAt = now()
    try {
      const report = await sweepOne(shard, (endAt - startedAt) / (count - shard))
      log({ event: 'swept', shard, report, ms: now() - startedAt })
      reports.push(report)
    } catch (error) {
      log({ event: 'sweep_failed', shard, error: describeError(error) })
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return reports
}
