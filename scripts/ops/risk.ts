import Table from 'cli-table3'
import { levelAt, NO_RISK, type Decision } from '../../functions/src/behaviour/decide.ts'
import { FEATURES } from '../../functions/src/behaviour/features.ts'
import { gather, type Gathered } from '../../functions/src/behaviour/gather.ts'
import { judge, type Judgement } from '../../functions/src/behaviour/judge.ts'
import { stateOf, type RiskRow } from '../../functions/src/behaviour/risk.ts'
import { RULES } from '../../functions/src/behaviour/rules.ts'
import type { BehaviourSettings } from '../../functions/src/behaviour/settings.ts'
import { undoRisk } from '../../functions/src/behaviour/undoRisk.ts'
import type { Database } from '../../functions/src/database.ts'
import { describeEntry, selectEntries, type Entry } from './audit.ts'
import { databaseOf, type Connection } from './connection.ts'
import { KEY_ID } from './keys/selection.ts'
import { EXIT, OpsError, type Exit } from './opsError.ts'
import { showTime, type Output } from './output.ts'

/** The installs with the highest scores, the highest first. */
export async function showTopRisks(
  { databases }: Connection,
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
  output: Output,
): Promise<Exit> {
  const selection = { orderBy: 'score', from: 1, limit, fromEnd: true }
  const rows = await Promise.all(databases.map((database) => database.select('risk', selection)))
  const top = rows
    .flat()
    .map(([keyId, value]) => told(keyId, value as RiskRow, nowMs))
    .sort((one, other) => other.score - one.score)
    .slice(0, limit)
  if (top.length === 0) throw new OpsError('Nothing was found to be a risk.')
  if (output.isJson) {
    for (const risk of top) await output.result(risk, () => '')
    return EXIT.done
  }
  const head = ['key', 'score', 'level', 'until', 'why', 'assessed']
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const { keyId, score, level, until, mode, points, assessedAt } of top) {
    const why = pointsOf(points).map(([feature, more]) => `${feature} ${more}`)
    const shown = mode === 'observe' ? `${level} (observed)` : level
    table.push([keyId, score, shown, showTime(until), why.join('\n'), showTime(assessedAt)])
  }
  await output.result(top, () => table.toString())
  return EXIT.done
}

/** What is stored, without what has ended. */
function told(keyId: string, row: RiskRow, nowMs: number) {
  const { score, own, mode, since, until, suspensions, exemptUntil, points = {}, assessedAt } = row
  const level = levelAt(row, nowMs)
  return {
    ...{ keyId, score, own, mode, level, suspensions, points, assessedAt },
    ...(level !== 'none' && { since, until }),
    ...(exemptUntil !== undefined && exemptUntil > nowMs && { exemptUntil }),
  }
}

const pointsOf = (points: NonNullable<RiskRow['points']>): [string, number][] =>
  Object.entries(points).sort(([, one], [, other]) => other - one)

/** Entries of the audit trail that are shown for one install. */
const HISTORY_MAX = 10

/** Why an install has its score: as it is now, by the rule, with what was decided and done so far. */
export async function explainRisk(
  connection: Connection,
  keyId: string,
  { settings, nowMs }: { readonly settings: BehaviourSettings; readonly nowMs: number },
  output: Output,
): Promise<Exit> {
  const { database, gathered } = await findInstall(connection, keyId, nowMs)
  const { current, evidence, row, inherited } = gathered
  const earlier = row ?? inherited
  const mode = settings.mode === 'enforce' ? 'enforce' : 'observe'
  const previous = earlier === undefined ? NO_RISK : stateOf(earlier, mode)
  const judgement = judge(previous, evidence, settings, nowMs)
  const history: Entry[] = []
  for await (const entry of selectEntries([database], {
    target: current.keyId,
    limit: HISTORY_MAX,
    isWanted: ({ action }) => action.startsWith('risk '),
  })) {
    history.push(entry)
  }
  const explained = {
    keyId: current.keyId,
    uid: current.uid,
    mode: settings.mode,
    stored: earlier === undefined ? null : told(current.keyId, earlier, nowMs),
    score: judgement.assessment.score,
    own: judgement.assessment.own,
    rules: rulesOf(judgement, settings),
    next: judgement.decision.action,
    history,
  }
  await output.result(explained, () => describe(explained))
  return EXIT.done
}

/** A rule that adds to the score now, in full. */
function rulesOf({ assessment }: Judgement, { bounds, weightsPercent }: BehaviourSettings) {
  return assessment.reasons.map(({ feature, value, points }) => {
    const { weight, causedBy, reason, honest, ...limits } = RULES[feature]
    const set = bounds.get(feature)
    const { from, full } = set === undefined || set === 'off' ? limits : set
    return {
      ...{ feature, what: FEATURES[feature], value, from, full },
      ...{ points, weight: (weight * weightsPercent) / 100, causedBy, reason, honest },
    }
  })
}

interface Explained {
  readonly keyId: string
  readonly uid: string
  readonly mode: BehaviourSettings['mode']
  readonly stored: ReturnType<typeof told> | null
  readonly score: number
  readonly own: number
  readonly rules: ReturnType<typeof rulesOf>
  readonly next: Decision['action']
  readonly history: readonly Entry[]
}

function describe({ keyId, uid, mode, stored, score, own, rules, next, history }: Explained) {
  const lines = [
    `Key ${keyId} of ${uid}`,
    `Score ${score} of 100, of which ${own} can only have been caused by the install itself`,
    describeLevel(stored),
    `The next run, with BEHAVIOUR=${mode}, would ${NEXT[next]}${next === 'keep' ? '' : EFFECT[mode]}`,
  ]
  for (const { feature, what, value, from, full, points, weight, reason, honest } of rules) {
    lines.push(
      '',
      `+${points} (of ${weight})  ${feature}: ${value} ${what}; counts from ${from}, in full at ${full}`,
      `    may be: ${reason}`,
      `    or honest: ${honest}`,
    )
  }
  if (history.length > 0) lines.push('', 'What was done so far:', ...history.map(describeEntry))
  return lines.join('\n')
}

function describeLevel(stored: Explained['stored']): string {
  if (stored === null) return 'Nothing was decided so far'
  const { level, mode, since, until, exemptUntil } = stored
  if (exemptUntil !== undefined) return `Left alone until ${showTime(exemptUntil)}`
  if (level === 'none') return 'Nothing is in force'
  const seen = mode === 'observe' ? ', observed only' : ''
  return `${LEVELS[level]} from ${showTime(since)} until ${showTime(until)}${seen}`
}

const LEVELS = { step_up: 'Stepped up', suspended: 'Suspended' } as const

const NEXT: Readonly<Record<Decision['action'], string>> = {
  keep: 'leave it as it is',
  step_up: 'step it up',
  prolong: 'prolong its step-up',
  suspend: 'suspend it',
}

const EFFECT: Readonly<Record<BehaviourSettings['mode'], string>> = {
  off: ', but there is none',
  observe: ', in the log and in the database alone',
  enforce: '',
}

export interface UndoOptions {
  readonly settings: BehaviourSettings
  /** Days for which nothing is decided; by default BEHAVIOUR_EXEMPT_DAYS. */
  readonly days?: number
  readonly reason?: string
  readonly who: string
  readonly dryRun: boolean
  readonly newId: () => string
  readonly nowMs: number
}

const DAY_MS = 86_400_000

/** Lifts a step-up or suspension and leaves the install alone for a time. */
export async function undo(
  connection: Connection,
  keyId: string,
  { settings, days, reason, who, dryRun, newId, nowMs }: UndoOptions,
  output: Output,
): Promise<Exit> {
  const { database, gathered } = await findInstall(connection, keyId, nowMs)
  const { current, row, inherited } = gathered
  const exemptMs = days === undefined ? settings.exemptMs : days * DAY_MS
  const earlier = row ?? inherited
  const lifted = earlier === undefined ? 'none' : levelAt(earlier, nowMs)
  const outcome = dryRun
    ? 'undone'
    : await undoRisk(current.keyId, who, { database, newId, nowMs, exemptMs }, reason)
  if (outcome === 'unknown') throw new OpsError('There is no such key.')
  if (outcome === 'changed') {
    throw new OpsError('It was assessed at the same time, three times over: try again.')
  }
  const exemptUntil = nowMs + exemptMs
  const until = showTime(exemptUntil)
  await output.result({ keyId: current.keyId, lifted, exemptUntil, dryRun }, () =>
    dryRun
      ? `Nothing was written. It would be left alone until ${until}; lifted would be: ${lifted}`
      : `Lifted: ${lifted}. It is left alone until ${until}.`,
  )
  return EXIT.done
}

/** The install that a key is or was of, with its key now. @throws OpsError */
async function findInstall(
  connection: Connection,
  keyId: string,
  nowMs: number,
): Promise<{ readonly database: Database; readonly gathered: Gathered }> {
  if (!KEY_ID.test(keyId)) throw new OpsError('A key ID has 32 hex digits.', EXIT.usage)
  const database = databaseOf(connection, keyId)
  // Networks are counted in the first of the databases.
  const home = connection.databases[0]!
  const gathered = database && (await gather(keyId, { database, home }, nowMs))
  if (!gathered) {
    throw new OpsError(
      'There is no such key, or its install has none that can be used: see keys show.',
    )
  }
  return { database, gathered }
}
