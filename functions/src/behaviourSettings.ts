import { defineInt, defineString } from 'firebase-functions/params'

/** `observe`: what would be done is written and logged, and nothing is done. */
export const BEHAVIOUR_MODES = ['off', 'observe', 'enforce'] as const
export type BehaviourMode = (typeof BEHAVIOUR_MODES)[number]

/** The params of behaviour; the rules themselves stand in behaviour/rules.ts. */
export const BEHAVIOUR_SETTINGS = {
  behaviour: defineString('BEHAVIOUR', {
    default: 'off',
    description:
      'What is done about installs whose behaviour looks abusive. off: nothing. observe: their risk is written and logged. enforce: they are stepped up, then suspended for a time.',
  }),
  behaviourStepUpScore: defineInt('BEHAVIOUR_STEP_UP_SCORE', {
    default: 40,
    description:
      'Score (of 100) from which on an install is stepped up: attestation is demanded, where a provider is set up, and its limits are halved.',
  }),
  behaviourSuspendScore: defineInt('BEHAVIOUR_SUSPEND_SCORE', {
    default: 70,
    description:
      'Score, of what only the install itself can have caused, that suspends it, once it was stepped up and goes on. From 95 on it is suspended at once.',
  }),
  behaviourWeightsPercent: defineInt('BEHAVIOUR_WEIGHTS_PERCENT', {
    default: 100,
    description: 'All weights of the rules by so much: 50 halves every score.',
  }),
  behaviourRules: defineString('BEHAVIOUR_RULES', {
    default: '',
    description:
      'Other bounds for rules, by their feature, or off: phones_day=6-20,busy_day=off. Empty: those of the table.',
  }),
  behaviourStepUpMinutes: defineInt('BEHAVIOUR_STEP_UP_MINUTES', {
    default: 60,
    description: 'How long a step-up lasts, in minutes; it is prolonged while the score stays.',
  }),
  behaviourPatienceMinutes: defineInt('BEHAVIOUR_PATIENCE_MINUTES', {
    default: 10,
    description:
      'How long a step-up must have been in force before a suspension, in minutes. Longer than USAGE_FLUSH_SECONDS, so that what was done before it is known.',
  }),
  behaviourSuspendMinutes: defineInt('BEHAVIOUR_SUSPEND_MINUTES', {
    default: 60,
    description:
      'How long the first suspension lasts, in minutes. Each one within a week of the one before lasts twice as long.',
  }),
  behaviourSuspendMinutesMax: defineInt('BEHAVIOUR_SUSPEND_MINUTES_MAX', {
    default: 1440,
    description: 'The longest that a suspension lasts, in minutes. Then it is over by itself.',
  }),
  behaviourExemptDays: defineInt('BEHAVIOUR_EXEMPT_DAYS', {
    default: 7,
    description: 'Days for which nothing is done about an install once an operator has undone it.',
  }),
} as const

/** At most 30 days for each: the database’s rules let nothing last longer, and the sweep relies on it. */
const MINUTES_MAX = 43_200

export const BEHAVIOUR_RANGES = {
  // Above what strangers can add to anybody's score (STRANGERS_POINTS_MAX in behaviour/rules.ts).
  behaviourStepUpScore: [20, 100],
  behaviourSuspendScore: [20, 100],
  behaviourWeightsPercent: [1, 300],
  behaviourStepUpMinutes: [1, MINUTES_MAX],
  behaviourPatienceMinutes: [0, MINUTES_MAX],
  behaviourSuspendMinutes: [1, MINUTES_MAX],
  behaviourSuspendMinutesMax: [1, MINUTES_MAX],
  behaviourExemptDays: [1, 30],
} as const satisfies Partial<Record<keyof typeof BEHAVIOUR_SETTINGS, readonly [number, number]>>

/**
 * What rules are about (behaviour/features.ts). Named here, where it costs next to nothing, so that a
 * misspelt one is refused when the service starts: the rules themselves are loaded by the scheduled run.
 */
export const BEHAVIOUR_FEATURES = [
  'forged_day',
  'stale_hour',
  'replayed_hour',
  'limited_hour',
  'busy_day',
  'awake_day',
  'otp_hour',
  'otp_week',
  'login_hour',
  'budget_day',
  'phones_day',
  'phones_week',
  'countries_week',
  'networks_day',
  'keys_day',
  'unattested_day',
  'probing_day',
  'account_calls_day',
  'network_installs_hour',
  'network_refused_hour',
] as const
export type Feature = (typeof BEHAVIOUR_FEATURES)[number]

/** No points up to `from`, all of them from `full` on. */
export interface Bounds {
  readonly from: number
  readonly full: number
}

/** Bounds that an operator has set for a rule, or `off`. */
export type RuleBounds = ReadonlyMap<Feature, Bounds | 'off'>

/** For whoever has to mend it. */
export const RULE_BOUNDS_FORM =
  'features with bounds, the first below the second: phones_day=6-20,busy_day=off'

const BOUND = /^([a-z_]+)=(?:off|([0-9]{1,6})-([0-9]{1,6}))$/

/** Reads BEHAVIOUR_RULES: `phones_day=6-20,busy_day=off`; null when it says something else. */
export function parseRuleBounds(text: string): RuleBounds | null {
  const bounds = new Map<Feature, Bounds | 'off'>()
  for (const part of text === '' ? [] : text.split(',')) {
    const [, name, from, full] = BOUND.exec(part) ?? []
    const feature = BEHAVIOUR_FEATURES.find((known) => known === name)
    if (feature === undefined || bounds.has(feature)) return null
    if (from === undefined) bounds.set(feature, 'off')
    else if (Number(from) < Number(full)) {
      bounds.set(feature, { from: Number(from), full: Number(full) })
    } else return null
  }
  return bounds
}
