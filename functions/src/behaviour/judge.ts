import { assess, type AssessSettings, type Assessment } from './assess.ts'
import { decide, type Decision, type DecideSettings, type RiskState } from './decide.ts'
import { featuresOf, type Evidence, type Features } from './features.ts'

export type JudgeSettings = AssessSettings & DecideSettings

export interface Judgement {
  readonly features: Features
  readonly assessment: Assessment
  readonly decision: Decision
}

const HOUR_MS = 3_600_000

/** All of it for one install: evidence, features, score, decision. Pure. */
export function judge(
  previous: RiskState,
  evidence: Omit<Evidence, 'spentHour'>,
  settings: JudgeSettings,
  nowMs: number,
): Judgement {
  const since = (ms: number) => featuresOf({ ...evidence, spentHour: hourOf(ms) }, nowMs)
  const spentAt = previous.spentAt ?? 0
  const features = since(spentAt)
  const all = assess(features, settings)
  const continued = assess(since(Math.max(spentAt, previous.since)), settings)
  return {
    features,
    assessment: all,
    decision: decide(previous, { all, continued }, settings, nowMs),
  }
}

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS)
