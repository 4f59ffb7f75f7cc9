import type { Database, Row } from '../database.ts'
import type { InstallRisk } from '../installs/install.ts'
import { dayOf } from '../installs/store.ts'
import { SHARED_KEY_ID } from '../issuance.ts'
import type { Log } from '../log.ts'
import type { Signal } from '../usage/signals.ts'
import type { UsageRow } from '../usage/stored.ts'
import { levelAt, NO_RISK } from './decide.ts'
import { gather, type Gathered } from './gather.ts'
import { judge, type Judgement } from './judge.ts'
import type { AssessReport } from './report.ts'
import { ACTOR, deedPaths, stateOf, type RiskRow } from './risk.ts'
import type { BehaviourSettings } from './settings.ts'

export interface AssessParts {
  readonly database: Database
  /** Where networks are counted: the first of the databases. */
  readonly home: Database
  readonly settings: BehaviourSettings & { readonly mode: RiskRow['mode'] }
  /** Unix milliseconds. */
  readonly now: () => number
  readonly newId: () => string
  readonly log: Log
  /** Rows that are read at a time. */
  readonly batch: number
  /** No new batch is begun after this many ms: the rest is for the next run. */
  readonly budgetMs: number
  /** Write nothing, and say what would be done. */
  readonly dryRun?: boolean
}

/** Left to the next run, for more may be written in the same millisecond of the database's clock. */
const YOUNG_MS = 1000

/** Installs that are assessed at a time: each is some reads. */
const AT_A_TIME = 20

/** A score below is not worth a row of its own. */
const NOTED_SCORE = 5

/**
 * Assesses every install of which something was counted since the last run that behaviour is judged by.
 * It can be ended at any point, and race with another run: the row of a risk has a number, and the rules
 * refuse the second writing of one; the cursor only says where to begin.
 * @throws ApiError `unavailable`; what has been done stays done
 */
export async function assessUsage(parts: AssessParts): Promise<AssessReport> {
  const { database, now, batch, budgetMs, dryRun } = parts
  const nowMs = now()
  const today = dayOf(nowMs)
  const stored = ((await database.read('assessments/cursors')) ?? {}) as Cursors
  const cursors: Record<string, Cursor> = {}
  const report = { rows: 0, assessed: 0, step_up: 0, prolong: 0, suspend: 0, changed: 0 }
  const done = new Set<string>()

  // What was counted before midnight may have been written after it.
  for (const day of [today - 1, today]) {
    const known = stored[day]
    if (known !== undefined) cursors[day] = known
    for (;;) {
      if (now() >= nowMs + budgetMs) return { ...report, isLeft: true }
      const at = cursors[day]
      const start = at === undefined ? { from: 1 } : { after: at.notedAt, afterKey: at.keyId }
      const range = { orderBy: 'notedAt', ...start, to: nowMs - YOUNG_MS, limit: batch }
      const rows = await database.select(`usage/${day}`, range)
      report.rows += rows.length
      const keyIds = rows.filter(isWorthALook).map(([keyId]) => keyId)
      for (let n = 0; n < keyIds.length; n += AT_A_TIME) {
        const some = keyIds.slice(n, n + AT_A_TIME)
        const found = await Promise.all(some.map((keyId) => assessOne(keyId, parts, done, nowMs)))
        for (const each of found) {
          if (each === undefined) continue
          report.assessed += 1
          if (each !== 'keep') report[each] += 1
        }
      }
      const last = rows.at(-1)
      if (last === undefined) break
      cursors[day] = { notedAt: (last[1] as UsageRow).notedAt!, keyId: last[0] }
      if (dryRun !== true) await database.create('assessments/cursors', cursors)
      if (rows.length < batch) break
    }
  }
  return { ...report, isLeft: false }
}

interface Cursor {
  readonly notedAt: number
  readonly keyId: string
}
type Cursors = Readonly<Record<string, Cursor>>

/** A sign-up or two, or a call of an account, is what apps are for: nothing more is read for it. */
function isWorthALook([keyId, value]: Row): boolean {
  if (keyId === 'unverified' || keyId === SHARED_KEY_ID) return false
  const { signals = {}, phones = {} } = value as UsageRow
  const hours = Object.values(signals)
  const count = (wanted: (signal: Signal) => boolean) =>
    hours
      .flatMap((hour) => Object.entries(hour))
      .filter(([signal]) => wanted(signal as Signal))
      .reduce((sum, [, times]) => sum + times, 0)
  const isOrdinary = (signal: Signal) => signal === 'sms' || signal === 'accounts'
  return (
    count((signal) => !isOrdinary(signal)) > 0 ||
    Object.keys(phones).length > 1 ||
    count(isOrdinary) >= ACCOUNT_CALLS
  )
}

/** A sign-up with a login and a reset is about six. */
const ACCOUNT_CALLS = 12

type Outcome = 'keep' | 'step_up' | 'prolong' | 'suspend' | 'changed'

/** Who changes keys that fast is known by it (`keys_day`), and limited. */
const TRIES = 3

/**
 * Of a key that is replaced meanwhile the rules refuse the level, and the install is judged by its next key.
 * @returns undefined when there is nothing to assess, or it is done
 */
async function assessOne(
  keyId: string,
  parts: AssessParts,
  done: Set<string>,
  nowMs: number,
): Promise<Outcome | undefined> {
  let outcome: Outcome | undefined
  for (let tries = 0; tries < TRIES; tries += 1) {
    const gathered = await gather(keyId, parts, nowMs)
    // Two keys of one place are one install.
    if (gathered === null || done.has(gathered.current.keyId)) break
    done.add(gathered.current.keyId)
    outcome = await assessGathered(gathered, parts, nowMs)
    if (outcome !== 'changed') break
  }
  return outcome
}

async function assessGathered(
  gathered: Gathered,
  parts: AssessParts,
  nowMs: number,
): Promise<Outcome> {
  const { database, settings, log, dryRun } = parts
  const { current, evidence, row, inherited } = gathered
  const earlier = row ?? inherited
  const previous = earlier === undefined ? NO_RISK : stateOf(earlier, settings.mode)
  const judgement = judge(previous, evidence, settings, nowMs)
  const { decision, assessment } = judgement
  if (decision.action === 'keep' && earlier === undefined && assessment.score < NOTED_SCORE) {
    return 'keep'
  }
  if (dryRun !== true && !(await database.write(pathsOf(gathered, judgement, parts, nowMs)))) {
    return 'changed'
  }
  if (decision.action !== 'keep') {
    const { score, reasons } = assessment
    const features = reasons.map(({ feature }) => feature)
    const { mode } = settings
    log({
      event: 'behaviour',
      keyId: current.keyId,
      action: decision.action,
      mode,
      score,
      features,
    })
  }
  return decision.action
}

function pathsOf(
  { current, inGrace, row }: Gathered,
  { decision, assessment, features }: Judgement,
  { settings, newId }: AssessParts,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const { mode } = settings
  const { action, state } = decision
  const { score, own, reasons } = assessment
  const written: RiskRow = {
    ...state,
    level: levelAt(state, nowMs),
    revision: (row?.revision ?? 0) + 1,
    assessedAt: nowMs,
    mode,
    score,
    own,
    features: Object.fromEntries(Object.entries(features).filter(([, value]) => value > 0)),
    points: Object.fromEntries(reasons.map(({ feature, points }) => [feature, points])),
  }
  const paths = { [`risk/${current.keyId}`]: written }
  if (mode === 'observe' || written.level === 'none') return paths
  const risk = { level: written.level, until: state.until }
  // What was decided about an earlier key holds for this one, whichever way it came.
  if (action === 'keep' && [current, ...inGrace].every((key) => isSame(risk, key.risk)))
    return paths
  const told = reasons.map(({ feature, points }) => `${feature} ${points}`).join(', ')
  const deed = {
    ...{ install: current, inGrace, risk, action: ACTIONS[action], who: ACTOR },
    ...{ reason: `score ${score}: ${told}`, at: nowMs, newId },
  }
  return { ...paths, ...deedPaths(deed) }
}

const isSame = (risk: InstallRisk, other: InstallRisk | undefined): boolean =>
  risk.level === other?.level && risk.until === other.until

/** As the audit trail has them. */
const ACTIONS = {
  step_up: 'risk step up',
  prolong: 'risk prolong',
  suspend: 'risk suspend',
  keep: 'risk inherit',
}
