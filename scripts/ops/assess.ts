import { assessUsage } from '../../functions/src/behaviour/assessUsage.ts'
import type { AssessReport } from '../../functions/src/behaviour/report.ts'
import { settingOf } from '../../functions/src/config.ts'
import type { Database } from '../../functions/src/database.ts'
import { readBehaviour } from './behaviour.ts'
import type { Connection } from './connection.ts'
import { eachDatabase, type Order } from './eachDatabase.ts'
import { newId } from './newId.ts'
import { OpsError, type Exit } from './opsError.ts'
import type { Output } from './output.ts'

/** The scheduled run, now: the same function with the same settings. A report for each database. */
export async function assessAll(
  connection: Connection,
  order: Order,
  output: Output,
): Promise<Exit> {
  const { dryRun, now } = order
  const settings = readBehaviour()
  if (settings.mode === 'off' && !dryRun) {
    throw new OpsError('BEHAVIOUR is off. Set it, or see with --dry-run what would be found.')
  }
  const mode = settings.mode === 'off' ? 'observe' : settings.mode
  const assessOne = async (database: Database, budgetMs: number): Promise<boolean> => {
    const report = await assessUsage({
      database,
      home: connection.databases[0]!,
      settings: { ...settings, mode },
      now,
      newId,
      log: ({ event, ...fields }) => output.say(`${event} ${JSON.stringify(fields)}`),
      batch: settingOf('sweepBatch'),
      budgetMs,
      dryRun,
    })
    await output.result({ dryRun, mode, ...report }, () => describe(report, mode, dryRun))
    return report.isLeft
  }
  return eachDatabase(connection, { action: 'assess', ...order }, assessOne, output)
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
