import { assessUsage } from '../../functions/src/behaviour/assessUsage.ts'
import type { AssessReport } from '../../functions/src/behaviour/report.ts'
import { settingOf } from '../../functions/src/config.ts'
import { readBehaviour } from './behaviour.ts'
import type { Connection } from './connection.ts'
import { newId } from './newId.ts'
import { EXIT, OpsError, type Exit } from './opsError.ts'
import type { Output } from './output.ts'

/** Somebody waits in front of it; what is left over is for the next one. */
const BUDGET_MS = 10 * 60 * 1000

/** The scheduled run, now: the same function with the same settings. A report for each database. */
export async function assessAll(
  { databases }: Connection,
  { who, dryRun }: { readonly who: string; readonly dryRun: boolean },
  output: Output,
): Promise<Exit> {
  const settings = readBehaviour()
  if (settings.mode === 'off' && !dryRun) {
    throw new OpsError('BEHAVIOUR is off. Set it, or see with --dry-run what would be found.')
  }
  const mode = settings.mode === 'off' ? 'observe' : settings.mode
  for (const database of databases) {
    // Told before it begins: it can be ended at any point.
    if (!dryRun) {
      const begun = { at: Date.now(), who, action: 'assess', target: 'all' }
      await database.create(`audit/${newId()}`, begun)
    }
    const report = await assessUsage({
      database,
      home: databases[0]!,
      settings: { ...settings, mode },
      now: Date.now,
      newId,
      log: ({ event, ...fields }) => output.say(`${event} ${JSON.stringify(fields)}`),
      batch: settingOf('sweepBatch'),
      budgetMs: BUDGET_MS,
      dryRun,
    })
    await output.result({ dryRun, mode, ...report }, () => describe(report, mode, dryRun))
  }
  return EXIT.done
}

function describe(report: AssessReport, mode: string, dryRun: boolean): string {
  const { rows, assessed, step_up, prolong, suspend, changed, isLeft } = report
  const doubt = dryRun ? 'would be ' : mode === 'observe' ? 'would have been ' : ''
  return [
    `${assessed} installs assessed, of ${rows} days of usage that are new since the last run`,
    `${step_up} ${doubt}stepped up, ${prolong} step-ups ${doubt}prolonged, ${suspend} ${doubt}suspended`,
    ...(changed > 0 ? [`${changed} were assessed by another run meanwhile`] : []),
    ...(isLeft ? ['The time did not suffice: the next run goes on there'] : []),
  ].join('\n')
}
