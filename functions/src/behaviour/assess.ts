import type { Feature, RuleBounds } from '../behaviourSettings.ts'
import type { Features } from './features.ts'
import { RULES, STRANGERS_POINTS_MAX } from './rules.ts'

export interface AssessSettings {
  /** Of the weights in the table; 100 is what they say. */
  readonly weightsPercent: number
  readonly bounds: RuleBounds
}

/** What a rule has added, and by what. */
export interface Reason {
  readonly feature: Feature
  readonly value: number
  readonly points: number
}

export interface Assessment {
  /** 0 to 100. */
  readonly score: number
  /** The part that nobody but the install itself can have caused: only this suspends. */
  readonly own: number
  /** Most points first. */
  readonly reasons: readonly Reason[]
}

/** Pure. No feature that grows makes the score smaller. */
export function assess(features: Features, settings: AssessSettings): Assessment {
  const reasons = (Object.keys(RULES) as Feature[])
    .map((feature) => ({
      feature,
      value: features[feature],
      points: pointsOf(feature, features[feature], settings),
    }))
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points)
  const sum = (causedBy: string): number =>
    reasons
      .filter(({ feature }) => RULES[feature].causedBy === causedBy)
      .reduce((total, { points }) => total + points, 0)
  const own = Math.min(100, sum('install'))
  const strangers = Math.min(STRANGERS_POINTS_MAX, sum('anyone'))
  return { score: Math.min(100, own + sum('captured') + strangers), own, reasons }
}

/** Whole points. */
function pointsOf(feature: Feature, value: number, settings: AssessSettings): number {
  const bounds = settings.bounds.get(feature) ?? RULES[feature]
  if (bounds === 'off') return 0
  const share = (value - bounds.from) / (bounds.full - bounds.from)
  const weight = (RULES[feature].weight * settings.weightsPercent) / 100
  return Math.round(weight * Math.min(1, Math.max(0, share)))
}
