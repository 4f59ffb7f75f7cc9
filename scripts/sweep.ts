import { parseArgs } from 'node:util'
import { connectDatabase } from '../functions/src/database.ts'
import { settingOf } from '../functions/src/config.ts'
import { startFirebase } from '../functions/src/firebase.ts'
import { connectIdentity } from '../functions/src/identity.ts'
import { sweepSettings } from '../functions/src/sweep/settings.ts'
import type { SweepReport } from '../functions/src/sweep/report.ts'
import { sweep } from '../functions/src/sweep/sweep.ts'
import { inCheckout } from './local/checkout.ts'
import { readRunning } from './local/running.ts'

const USAGE = `Removes what is used or expired from the database, now, as the deployed sweep does every ten minutes.

Usage: npm run sweep -- [--database-url URL] [--json]

  --database-url URL  another database than that of a running "npm start"; its credentials come from
                      GOOGLE_APPLICATION_CREDENTIALS, or FIREBASE_DATABASE_EMULATOR_HOST leads to an emulator
  --json              print the report as one line of JSON

Exit code 0 when it is done, 1 when the database does not answer, 2 when it is not clear which one is meant.`

const BATCH = 500
/** Somebody waits in front of it; what is left over is for the next one. */
const BUDGET_MS = 10 * 60 * 1000
/** A connection from a desk may take longer than one inside a data centre. */
const DEADLINE_MS = 10_000

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === null) return 2
  if (options.help) {
    console.log(USAGE)
    return 0
  }
  const databaseUrl = options['database-url'] ?? useRunning()
  if (databaseUrl === undefined) {
    say('Nothing is running: begin with "npm start", or name a database with --database-url.')
    return 2
  }
  try {
    const report = await sweepAt(databaseUrl)
    console.log(options.json ? JSON.stringify(report) : describe(report))
    return 0
  } catch (error) {
    say(`${(error as Error).message}. Is ${databaseUrl} the database, and may you write there?`)
    return 1
  }
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'database-url': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`)
    return null
  }
}

/** The database of a running `npm start`; the Admin SDK finds its emulators by these variables. */
function useRunning(): string | undefined {
  const running = readRunning(inCheckout('.local/running.json'))
  if (running === undefined) return undefined
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = running.databaseEmulatorHost
  process.env['GCLOUD_PROJECT'] = running.projectId
  return running.databaseUrl
}

/** As the backend identity: the rules hold for this script as well. */
async function sweepAt(databaseUrl: string): Promise<SweepReport> {
  const firebase = await startFirebase(databaseUrl)
  const app = () => Promise.resolve(firebase)
  const database = connectDatabase(app, { deadlineMs: DEADLINE_MS })
  const identity = connectIdentity(app, { deadlineMs: DEADLINE_MS })
  const settings = sweepSettings({
    dormantDays: settingOf('dormantDays'),
    unusedDays: settingOf('unusedDays'),
    dormantGraceDays: settingOf('dormantGraceDays'),
    deleteUsageDays: settingOf('deleteUsageDays'),
    deleteAnonymousUsers: settingOf('deleteAnonymousUsers'),
  })
  try {
    return await sweep({
      database,
      identity,
      now: Date.now,
      batch: BATCH,
      budgetMs: BUDGET_MS,
      settings,
    })
  } finally {
    await firebase.close()
  }
}

function describe({ removed, marked, kept }: SweepReport): string {
  const { challenges, drops, windows, revocations, installs } = removed
  return [
    `${installs} keys whose time is over (${marked} more are dormant now, ${kept.revived} are in use again)`,
    `${challenges} used or expired challenges`,
    `${drops} drops that nobody has collected`,
    `${windows} minutes and days of nonces and counters`,
    `${revocations} revocations that everybody knows`,
  ].join('\n')
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
