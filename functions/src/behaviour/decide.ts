import type { Assessment } from './assess.ts'

/** `step_up`: attestation is demanded, limits are halved. `suspended`: refused. Both end by themselves. */
export type RiskLevel = 'none' | 'step_up' | 'suspended'

/** What was decided about an install so far. Times are Unix milliseconds. */
export interface RiskState {
  readonly level: RiskLevel
  /** When the level began. */
  readonly since: number
  /** When it ends. Nothing is written then. */
  readonly until: number
  /** `own` of the assessment that the level began with, or of a lower one that prolonged it. */
  readonly ownThen: number
  /** Suspensions, each within a week of the one before. */
  readonly suspensions: number
  /** When the last of them ends. */
  readonly suspendedUntil?: number
  /** What was counted until then counts no more. */
  readonly spentAt?: number
  /** An operator has lifted it: nothing is decided until then. */
  readonly exemptUntil?: number
}

export interface DecideSettings {
  /** The score that steps up. More than strangers can cause. */
  readonly stepUpScore: number
  /** The install's own part of the score that suspends, once it was stepped up and goes on. */
  readonly suspendScore: number
  readonly stepUpMs: number
  /** Of the first suspension; each further one lasts twice as long, up to `suspendMsMax`. */
  readonly suspendMs: number
  readonly suspendMsMax: number
  /** How long a step-up must have been in force before a suspension. */
  readonly patienceMs: number
}

export interface Decision {
  /** `keep`: the level stays as it is, or ends by itself. */
  readonly action: 'keep' | 'step_up' | 'prolong' | 'suspend'
  readonly state: RiskState
}

/** `own` from which on nobody waits for a step-up. */
export const AT_ONCE = 95

/** A step-up is prolonged as long as the score is not below this share of what it takes. */
const HYSTERESIS = 0.7

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

export const NO_RISK: RiskState = { level: 'none', since: 0, until: 0, ownThen: 0, suspensions: 0 }

/** The level that is in force. */
export const levelAt = ({ level, until }: Pick<RiskState, 'level' | 'until'>, nowMs: number) =>
  nowMs < until ? level : 'none'

/**
 * Pure. From none to step-up, from there to suspended; down only by time.
 * @param continued the assessment of what was counted since the level began
 */
export function decide(
  previous: RiskState,
  now: { readonly all: Assessment; readonly continued: Assessment },
  settings: DecideSettings,
  nowMs: number,
): Decision {
  const keep: Decision = { action: 'keep', state: previous }
  const { all, continued } = now
  const { stepUpScore, suspendScore, stepUpMs, patienceMs } = settings
  if (nowMs < (previous.exemptUntil ?? 0)) return keep
  const level = levelAt(previous, nowMs)
  if (level === 'suspended') return keep
  if (all.own >= AT_ONCE) return suspend(previous, all, settings, nowMs)

  if (level === 'none') {
    if (all.score < stepUpScore) return keep
    const until = nowMs + stepUpMs
    const state = { ...previous, level: 'step_up', since: nowMs, until, ownThen: all.own } as const
    return { action: 'step_up', state }
  }
  const goesOn = all.own > previous.ownThen || continued.own >= stepUpScore
  if (all.own >= suspendScore && goesOn && nowMs - previous.since >= patienceMs) {
    return suspend(previous, all, settings, nowMs)
  }
  const isEnding = previous.until - nowMs < stepUpMs / 2
  if (!isEnding || all.score < stepUpScore * HYSTERESIS) return keep
  const ownThen = Math.min(previous.ownThen, all.own)
  return { action: 'prolong', state: { ...previous, until: nowMs + stepUpMs, ownThen } }
}

function suspend(
  previous: RiskState,
  { own }: Assessment,
  { suspendMs, suspendMsMax }: DecideSettings,
  nowMs: number,
): Decision {
  const isRepeated = nowMs - (previous.suspendedUntil ?? -WEEK_MS) < WEEK_MS
  const suspensions = isRepeated ? previous.suspensions + 1 : 1
  const until = nowMs + Math.min(suspendMsMax, suspendMs * 2 ** (suspensions - 1))
  const ended = { until, suspendedUntil: until, spentAt: nowMs }
  return {
    action: 'suspend',
    state: { ...previous, level: 'suspended', since: nowMs, ownThen: own, suspensions, ...ended },
  }
}
