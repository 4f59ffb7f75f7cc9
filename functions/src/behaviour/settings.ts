import { parseRuleBounds, RULE_BOUNDS_FORM } from '../behaviourSettings.ts'
import type { Config } from '../config.ts'
import type { JudgeSettings } from './judge.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** What behaviour takes from the configuration. */
export type BehaviourConfig = Pick<Config, Extract<keyof Config, `behaviour${string}`>>

export type BehaviourSettings = JudgeSettings & {
  readonly mode: BehaviourConfig['behaviour']
  readonly exemptMs: number
}

/** Minutes and days as ms. @throws TypeError when BEHAVIOUR_RULES says no bounds: a service has refused to start with it */
export function behaviourSettings(config: BehaviourConfig): BehaviourSettings {
  const bounds = parseRuleBounds(config.behaviourRules)
  if (bounds === null) {
    throw new TypeError(`BEHAVIOUR_RULES must be ${RULE_BOUNDS_FORM}`)
  }
  return {
    mode: config.behaviour,
    bounds,
    weightsPercent: config.behaviourWeightsPercent,
    stepUpScore: config.behaviourStepUpScore,
    suspendScore: config.behaviourSuspendScore,
    stepUpMs: config.behaviourStepUpMinutes * MINUTE_MS,
    patienceMs: config.behaviourPatienceMinutes * MINUTE_MS,
    suspendMs: config.behaviourSuspendMinutes * MINUTE_MS,
    suspendMsMax: config.behaviourSuspendMinutesMax * MINUTE_MS,
    exemptMs: config.behaviourExemptDays * DAY_MS,
  }
}
