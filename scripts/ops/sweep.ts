import { SingleBar } from 'cli-progress'
import { settingOf } from '../../functions/src/config.ts'
import type { Progress } from '../../functions/src/sweep/pass.ts'
import { sweepSettings } from '../../functions/src/sweep/settings.ts'
import type { SweepReport } from '../../functions/src/sweep/report.ts'
import { sweep } from '../../functions/src/sweep/sweep.ts'
import type { Connection } from './connection.ts'
import { newId } from './newId.ts'
import { EXIT, type Exit } from './opsError.ts'
import type { Output } from './output.ts'

/** Somebody waits in front of it; what is left over is for the next one. */
const BUDGET_MS = 10 * 60 * 1000

export interface SweepOptions {
  /** For the audit trail. */
  readonly who: string
  readonly dryRun: boolean
  readonly fromStart: boolean
}

/** The scheduled sweep, now: the same function with the same settings. A report for each database. */
export async function sweepAll(
  { databases, shards, identity }: Connection,
  { who, ...options }: SweepOptions,
  output: Output,
): Promise<Exit> {
  const settings = sweepSettings({
    dormantDays: settingOf('dormantDays'),
    unusedDays: settingOf('unusedDays'),
    dormantGraceDays: settingOf('dormantGraceDays'),
    deleteUsageDays: settingOf('deleteUsageDays'),
    deletePendingDays: settingOf('deletePendingDays'),
    deleteAnonymousUsers: settingOf('deleteAnonymousUsers'),
  })
  const progress = startProgress()
  try {
    for (const database of databases) {
      if (!options.dryRun) await database.create(`audit/${newId()}`, begun(who))
      const report = await sweep({
        database,
        othersOf: (uid) =>
          shards
            .everOf(uid)
            .map((shard) => databases[shard]!)
            .filter((other) => other !== database),
        identity,
        now: Date.now,
        batch: settingOf('sweepBatch'),
        budgetMs: BUDGET_MS,
        settings,
        ...options,
        onProgress: progress.show,
      })
      progress.stop()
      await output.result(report, () => describe(report))
    }
  } finally {
    progress.stop()
  }
  return EXIT.done
}

/** Told before it begins: it can be ended at any point. */
const begun = (who: string) => ({ at: Date.now(), who, action: 'sweep', target: 'all' })

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
