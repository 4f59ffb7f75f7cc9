/** What a scheduled job tells of each database. */
export interface Told<Report> {
  readonly done: (shard: number, report: Report, ms: number) => void
  readonly failed: (shard: number, error: unknown) => void
}

/**
 * Does a job for one database after the other. One that fails does not keep the others from it; what it
 * left of the time is theirs.
 * @param count of databases
 * @param doOne does it for one of them within so many ms
 * @returns the reports of those that were done
 * @throws what the first failing one threw, once all had their turn
 */
export async function eachShard<Report>(
  count: number,
  doOne: (shard: number, budgetMs: number) => Promise<Report>,
  { budgetMs, now, told }: { budgetMs: number; now: () => number; told: Told<Report> },
): Promise<readonly Report[]> {
  const endAt = now() + budgetMs
  const reports: Report[] = []
  const errors: unknown[] = []
  for (let shard = 0; shard < count; shard += 1) {
    const startedAt = now()
    try {
      const report = await doOne(shard, (endAt - startedAt) / (count - shard))
      told.done(shard, report, now() - startedAt)
      reports.push(report)
    } catch (error) {
      told.failed(shard, error)
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return reports
}
