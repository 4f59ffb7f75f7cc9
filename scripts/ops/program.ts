import { hostname, userInfo } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { settingOf } from '../../functions/src/config.ts'
import { isUnavailable } from '../../functions/src/deadline.ts'
import type { OperatorAction } from '../../functions/src/installs/operatorChanges.ts'
import { assessAll } from './assess.ts'
import { showAudit } from './audit.ts'
import { readBehaviour } from './behaviour.ts'
import { confirm } from './confirm.ts'
import { withConnection, type Connection } from './connection.ts'
import { examine } from './doctor.ts'
import { changeKeys, newTally, type Tally } from './keys/change.ts'
import { findKeys, listKeys, showKey } from './keys/read.ts'
import {
  readSelection,
  selectKeys,
  type Selection,
  type SelectionOptions,
} from './keys/selection.ts'
import { newId } from './newId.ts'
import { EXIT, OpsError, type Exit } from './opsError.ts'
import { makeOutput, type Output } from './output.ts'
import { showMissingParams } from './params.ts'
import { startBar } from './progress.ts'
import { explainRisk, showTopRisks, undo } from './risk.ts'
import { makeSecrets } from './secrets.ts'
import { countInstalls, showStats } from './stats.ts'
import { sweepAll } from './sweep.ts'
import { chooseTarget, explainSilence, type Target } from './target.ts'
import { showTop, showUsage } from './usage.ts'

/** Options of every command. */
interface Common {
  readonly project?: string
  readonly databaseUrl?: string
  readonly json: boolean
  readonly dryRun: boolean
  readonly yes: boolean
  readonly as: string
}

const DAY_MS = 86_400_000

/** All commands. `onExit` is told the exit code of the one that ran. */
export function makeProgram(onExit: (exit: Exit) => void): Command {
  const program = new Command('ops')
    .description("The operator's commands, on a running npm start unless --project names another.")
    .usage('[options] <command>')
    .option(
      '--project <id>',
      'the Firebase project; needed for all but a demo- project that runs here',
    )
    .option('--database-url <url>', "its database, where that is not the project's default one")
    .option('--json', 'results as JSON, one object a line', false)
    .option('--dry-run', 'write nothing; say what would be done', false)
    .option('--yes', 'do not ask; for scripts, and only together with --project', false)
    .option('--as <name>', 'who does it, for the audit trail', author, whoever())
    .addHelpText('after', EXITS)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })

  /** Chooses the target, connects, and runs the command. */
  const on =
    (
      run: (
        connection: Connection,
        output: Output,
        common: Common,
        target: Target,
      ) => Promise<Exit>,
    ) =>
    async (): Promise<void> => {
      const common = program.opts<Common>()
      if (common.yes && common.project === undefined) {
        throw new OpsError('--yes needs --project: what is it that you are sure of?', EXIT.usage)
      }
      const target = chooseTarget(common)
      const output = makeOutput(common.json)
      try {
        onExit(
          await withConnection(target, (connection) => run(connection, output, common, target)),
        )
      } catch (error) {
        throw isUnavailable(error) ? new OpsError(explainSilence(target)) : error
      }
    }

  const keys = program.command('keys').description('API keys of installs')
  keys
    .command('list')
    .description('keys, the oldest first')
    .addOption(new Option('--status <status>', 'of this status only').choices(STATUSES))
    .option('--uid <uid>', 'of this UID only')
    .option('--master-version <n>', 'of this master version only', wholeNumber(1, 999_999_999))
    .option('--limit <n>', 'how many at most', wholeNumber(1, Number.MAX_SAFE_INTEGER), 1000)
    .action((options: Parameters<typeof listKeys>[1]) =>
      on((connection, output) => listKeys(connection, options, output))(),
    )
  keys
    .command('show <key-id>')
    .description('everything about one key')
    .action((keyId: string) => on((connection, output) => showKey(connection, keyId, output))())
  keys
    .command('find <text>')
    .description('keys by key ID (or its first 8 digits), API key or UID')
    .option('--device <id>', 'text is a UID: the key of this device')
    .action((text: string, { device }: { device?: string }) =>
      on((connection, output) =>
        findKeys(connection, { text, ...(device !== undefined && { deviceId: device }) }, output),
      )(),
    )

  for (const [action, description] of Object.entries(CHANGES)) {
    const command = keys
      .command(`${action} [key-id]`)
      .description(description)
      .option('--uid <uid>', 'all keys of this UID')
      .option('--master-version <n>', 'all keys of this master version')
      .option('--file <file>', 'the keys in this file, one key ID a line')
      .option(
        '--reason <text>',
        'why, 1 to 64 characters. No secrets: it is stored and shown',
        reason,
      )
    if (action === 'rotate') {
      command.option('--grace <seconds>', 'how long they still work', wholeNumber(0, 86_400), 0)
    }
    command.action(
      (
        keyId: string | undefined,
        options: SelectionOptions & { reason?: string; grace?: number },
      ) => {
        const selection = readSelection(keyId, options)
        return on(async (connection, output, common, target) => {
          if (!common.dryRun) await confirm(target, `${action} keys`, common.yes)
          const order = { ...options, action: action as OperatorAction, ...common }
          return change(connection, selection, order, output)
        })()
      },
    )
  }

  const usage = program.command('usage').description('what keys have done')
  usage
    .command('top')
    .description('the keys with most requests on a day')
    .option('--day <date>', 'UTC, as 2026-12-01', new Date().toISOString().slice(0, 10))
    .option('--limit <n>', 'how many', wholeNumber(1, 1000), 20)
    .action((options: Parameters<typeof showTop>[1]) =>
      on((connection, output) => showTop(connection, options, output))(),
    )
  usage
    .command('show <key-id>')
    .description('one key; "unverified": what was refused before a signature had verified')
    .option('--days <n>', 'how many, today included', wholeNumber(1, 366), 7)
    .action((keyId: string, { days }: { days: number }) =>
      on((connection, output) => showUsage(connection, { keyId, days }, Date.now(), output))(),
    )

  const risk = program.command('risk').description('installs whose behaviour looks abusive')
  risk
    .command('top')
    .description('those with the highest scores')
    .option('--limit <n>', 'how many', wholeNumber(1, 1000), 20)
    .action(({ limit }: { limit: number }) =>
      on((connection, output) => showTopRisks(connection, { limit, nowMs: Date.now() }, output))(),
    )
  risk
    .command('explain <key-id>')
    .description('why an install has its score, and what was done about it')
    .action((keyId: string) =>
      on((connection, output) => {
        const now = { settings: readBehaviour(), nowMs: Date.now() }
        return explainRisk(connection, keyId, now, output)
      })(),
    )
  risk
    .command('undo <key-id>')
    .description(
      'lift a step-up or a suspension by behaviour, and leave the install alone for a time',
    )
    .option('--days <n>', 'for so long; else BEHAVIOUR_EXEMPT_DAYS', wholeNumber(1, 30))
    .option(
      '--reason <text>',
      'why, 1 to 64 characters. No secrets: it is stored and shown',
      reason,
    )
    .action((keyId: string, options: { days?: number; reason?: string }) =>
      on(async (connection, output, { dryRun, yes, as: who }, target) => {
        if (!dryRun) await confirm(target, 'undo risk', yes)
        const now = { settings: readBehaviour(), newId: newId, nowMs: Date.now() }
        return undo(connection, keyId, { ...options, who, dryRun, ...now }, output)
      })(),
    )
  program
    .command('assess')
    .description('assess behaviour, as the scheduled run does')
    .action(
      on(async (connection, output, { dryRun, yes, as: who }, target) => {
        if (!dryRun) await confirm(target, 'assess', yes)
        return assessAll(connection, { who, dryRun, now: Date.now }, output)
      }),
    )

  program
    .command('sweep')
    .description('remove what is dormant, used or expired, as the scheduled sweep does')
    .option(
      '--from-start',
      'look also where an earlier sweep has been: for data that were restored',
    )
    .action(({ fromStart = false }: { fromStart?: boolean }) =>
      on(async (connection, output, { dryRun, yes, as: who }, target) => {
        if (!dryRun) await confirm(target, 'sweep', yes)
        return sweepAll(connection, { who, dryRun, fromStart, now: Date.now }, output)
      })(),
    )
  program
    .command('stats')
    .description('installs by status, registrations a day, days since the last use')
    .action(
      on(async (connection, output) => {
        const bar = startBar('installs')
        const stats = await countInstalls(connection, Date.now(), bar).finally(() => bar.stop())
        return showStats(stats, output)
      }),
    )
  program
    .command('audit')
    .description('who did what, the newest first')
    .option('--who <name>', 'by this one only')
    .option('--target <key-id>', 'to this key only')
    .option('--limit <n>', 'how many at most', wholeNumber(1, Number.MAX_SAFE_INTEGER), 50)
    .action((options: Parameters<typeof showAudit>[1]) =>
      on((connection, output) => showAudit(connection, options, output))(),
    )
  program
    .command('doctor')
    .description('runtime, params, secrets, rules, indexes, anonymous sign-in, clock')
    .action(on((connection, output, _common, target) => examine(target, connection, output)))
  program
    .command('params')
    .description('the params that the dotenv file of --project lacks, at their defaults, to append')
    .action(async () => {
      const { project, json } = program.opts<Common>()
      if (project === undefined) {
        throw new OpsError('params needs --project: whose dotenv file is it?', EXIT.usage)
      }
      onExit(await showMissingParams(project, makeOutput(json)))
    })

  const secrets = program.command('secrets').description('the master secrets')
  secrets
    .command('new')
    .description('read MASTER_SECRETS on stdin; write it with one more version')
    .option('--first', 'there is none yet: begin with version 1', false)
    .option('--out <file>', 'to a new file instead of stdout')
    .option('--without <versions>', 'leave these out, comma-separated', versions, [])
    .action(async (options: Parameters<typeof makeSecrets>[0]) =>
      onExit(await makeSecrets(options, makeOutput(false))),
    )
  return program
}

const EXITS = `
Exit codes: 0 done, 1 failed, not found or not all of it done, 2 wrong usage, 3 not confirmed.
Results go to stdout, everything else to stderr. docs/operate.md has an example of each command.`

const STATUSES = ['active', 'superseded', 'suspended', 'revoked', 'dormant']

const CHANGES: Readonly<Record<OperatorAction, string>> = {
  revoke: 'end keys for good: their apps must register anew',
  suspend: 'refuse keys until they are resumed; their apps cannot register anew',
  resume: 'let suspended keys work again',
  rotate: 'supersede keys: their apps register anew by themselves',
}

const PAST: Readonly<Record<OperatorAction, string>> = {
  revoke: 'revoked',
  suspend: 'suspended',
  resume: 'resumed',
  rotate: 'superseded',
}

type ChangeOrder = { action: OperatorAction; reason?: string; grace?: number } & Common

async function change(
  connection: Connection,
  selection: Selection,
  { action, reason: why, grace = 0, as: who, dryRun }: ChangeOrder,
  output: Output,
): Promise<Exit> {
  const tally = newTally()
  const bar = startBar('keys')
  const total = 'keyIds' in selection ? selection.keyIds.length : undefined
  const parts = {
    connection,
    order: {
      action,
      who,
      ...(why !== undefined && { reason: why }),
      graceSeconds: grace,
      retentionMs: settingOf('retentionDays') * DAY_MS,
      newId,
    },
    dryRun,
    now: Date.now,
    tally,
    onMissing: (keyId: string) => output.say(`There is no key ${keyId}.`),
  }
  let seen = 0
  try {
    for await (const found of selectKeys(connection, selection)) {
      await changeKeys(parts, found)
      bar.at((seen += found.length), total)
    }
  } finally {
    bar.stop()
    // Also when it breaks off: what is done is done, and the same command goes on from there.
    await output.result({ action, dryRun, ...tally }, () => describe(action, dryRun, tally))
  }
  const isWhole =
    tally.refused === 0 && (total === undefined || tally.changed + tally.already === total)
  const isEmpty = seen === 0
  if (isEmpty) output.say('No key was found.')
  return isWhole && !isEmpty ? EXIT.done : EXIT.failed
}

function describe(action: OperatorAction, dryRun: boolean, tally: Tally): string {
  const { changed, already, impossible, missing, refused } = tally
  return [
    `${changed} ${dryRun ? 'would be ' : ''}${PAST[action]}`,
    `${already} were already`,
    ...(impossible > 0 ? [`${impossible} are not of a status that it can be done to`] : []),
    ...(missing > 0 ? [`${missing} are not there`] : []),
    ...(refused > 0 ? [`${refused} were changed by somebody else meanwhile: try again`] : []),
  ].join('\n')
}

const WHO_MAX = 128

const whoever = (): string => `${userInfo().username}@${hostname()}`.slice(0, WHO_MAX)

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    }
    return value
  }
}

/** As the rules take it: with a longer one every entry of the audit trail would be refused. */
function author(text: string): string {
  if (text.length < 1 || text.length > WHO_MAX) {
    throw new InvalidArgumentError(`1 to ${WHO_MAX} characters.`)
  }
  return text
}

function reason(text: string): string {
  if (text.length < 1 || text.length > 64) throw new InvalidArgumentError('1 to 64 characters.')
  return text
}

function versions(text: string): number[] {
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(text)) {
    throw new InvalidArgumentError('Versions separated by commas, such as 1,2.')
  }
  return text.split(',').map(Number)
}
