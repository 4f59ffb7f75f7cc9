import {
  behaviourSettings,
  type BehaviourConfig,
} from '../../../functions/src/behaviour/settings.ts'
import { BEHAVIOUR_RANGES, BEHAVIOUR_SETTINGS } from '../../../functions/src/behaviourSettings.ts'
import { STRANGERS_POINTS_MAX } from '../../../functions/src/behaviour/rules.ts'
import { DAY_MS, SETTINGS } from './harness/evidence.ts'

const DEFAULTS = Object.fromEntries(
  Object.entries(BEHAVIOUR_SETTINGS).map(([name, param]) => [name, param.options.default]),
) as unknown as BehaviourConfig

test('the defaults are those that the other tests go by', () => {
  expect(behaviourSettings(DEFAULTS)).toEqual({ ...SETTINGS, mode: 'off', exemptMs: 7 * DAY_MS })
})

test('no setting lets strangers step an install up', () => {
  expect(BEHAVIOUR_RANGES.behaviourStepUpScore[0]).toBeGreaterThan(STRANGERS_POINTS_MAX)
})

test('bounds of a feature that there is not are told by the name of their param', () => {
  const settings = { ...DEFAULTS, behaviourRules: 'phones_daily=1-2' }
  expect(() => behaviourSettings(settings)).toThrow(/^BEHAVIOUR_RULES must be/)
})
