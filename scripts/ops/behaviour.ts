import {
  behaviourSettings,
  type BehaviourConfig,
  type BehaviourSettings,
} from '../../functions/src/behaviour/settings.ts'
import { BEHAVIOUR_SETTINGS } from '../../functions/src/behaviourSettings.ts'
import { settingOf } from '../../functions/src/config.ts'

type Name = keyof typeof BEHAVIOUR_SETTINGS

/** The project's params of behaviour, as the scheduled run has them. @throws TypeError that names the faulty one */
export function readBehaviour(): BehaviourSettings {
  const values = (Object.keys(BEHAVIOUR_SETTINGS) as Name[]).map((name) => [name, settingOf(name)])
  return behaviourSettings(Object.fromEntries(values) as BehaviourConfig)
}
