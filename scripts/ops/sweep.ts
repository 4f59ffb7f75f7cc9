import { SingleBar } from 'cli-progress'
import { settingOf } from '../../functions/src/config.ts'
import type { Database } from '../../functions/src/database.ts'
import type { Progress } from '../../functions/src/sweep/pass.ts'
import { sweepSettings } from '../../functions/src/sweep/settings.ts'
import type { SweepReport } from '../../functions/src/sweep/report.ts'
import { sweep } from '../../functions/src/sweep/sweep.ts'
import type { Connection } from './connection.ts'
import { eachDatabase, type Order } from './eachDatabase.ts'
import type { Exit } from './opsError.ts'
import type { Output } from './output.ts'

/** The scheduled sweep, now: the same function with the same settings. A report for each database. */
export async function sweepAll(
  connection: Connection,
  { fromStart, ...order }: Order & { readonly fromStart: boolean },
  output: Output,
): Promise<Exit> {
  const { databases, shards, identity } = connection
  const { dryRun, now } = order
  const settings = sweepSettings({
    dormantDays: settingOf('dormantDays'),
    unusedDays: settingOf('unusedDays'),
    dormantGraceDays: settingOf('dormantGraceDays'),
    deleteUsageDays: settingOf('deleteUsageDays'),
    deletePendingDays: settingOf('deletePendingDays'),
    deleteAnonymousUsers: settingOf('deleteAnonymousUsers'),
  })
  const progress = startProgress()
  const sweepOne = async (database: Database, budgetMs: number): Promise<boolean> => {
    const report = await sweep({
      database,
      othersOf: (uid) =>
        shards
          .everOf(uid)
          .map((shard) => databases[shard]!)
          .filter((other) => other !== database),
      identity,
      now,
      batch: settingOf('sweepBatch'),
      budgetMs,
      settings,
      dryRun,
      fromStart,
      onProgress: progress.show,
    }).finally(progress.stop)
    await output.result(report, () => describe(report))
    return report.left.length > 0
  }
  return eachDatabase(connection, { action: 'sweep', ...order }, sweepOne, output)
}

function describe({ dryRun, removed, marked, kept, left }: SweepReport): string {
  const { challenges, drops, windows, revocations, installs, users } = removed
  const { expired, pending, usage, risks } = removed
  return [
    dryRun ? 'Nothing was written. There would go:' : 'Gone are:',
    `${installs} keys whose time is over (${marked} more are dormant now, ${kept.revived} are in use again)`,
    `${challenges} used or expired challenges`,
    `${drops} drops that nobody has collected`,
    `${windows} minutes and days of nonces and counters`,
    `${revocations} revocations that everybody knows`,
    `${expired} codes, cooldowns and idempotency records`,
    `${pending} sign-ups that were never confirmed`,
    `${usage} days of usage of a key or a network`,
    `${risks} assessments of long ago`,
    `${users} anonymous users without a key`,
    `Kept: ${kept.suspended} suspended keys that are idle, ${kept.changed} that changed meanwhile`,
    ...(left.length > 0 ? [`Left for the next sweep: ${left.join(', ')}`] : []),
  ].join('\n')
}

/** On a terminal: the phase, its share where that is known, rows, rows a second and what is left. */
function startProgress(): { show: (progress: Progress) => void; stop: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, stop: () => undefined }
  let bar: SingleBar | undefined
  let phase: string | undefined
  let startedAt = 0
  const stop = (): void => {
    bar?.stop()
    bar = undefined
    phase = undefined
  }
  const show = (progress: Progress): void => {
    if (phase !== progress.phase) {
      stop()
      phase = progress.phase
      startedAt = performance.now()
      bar = new SingleBar({
        format: `${progress.phase.padEnd(12)} {bar} {rows} rows, {rate}/s{left}`,
        stream: process.stderr,
        hideCursor: true,
      })
      bar.start(1, 0, { rows: 0, rate: 0, left: '' })
    }
    const seconds = (performance.now() - startedAt) / 1000
    const { rows, share } = progress
    const left = share ? `, ${Math.ceil((seconds * (1 - share)) / share)} s left` : ''
    bar?.update(share ?? 0, { rows, rate: (rows / seconds).toFixed(0), left })
  }
  return { show, stop }
}
