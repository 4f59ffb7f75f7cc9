import type { Trial } from '../trials/trial.ts'
import { alerts } from './alerts.ts'
import { askAgain } from './askAgain.ts'
import { askWeather } from './askWeather.ts'
import { foreignMethod } from './foreignMethod.ts'
import { foreignPath } from './foreignPath.ts'
import { ownSecret } from './ownSecret.ts'
import { pay } from './pay.ts'

/** Calls of third-party APIs, whose fakes run beside the emulators of a local run. */
export const CALLS: readonly Trial[] = [
  askWeather,
  askAgain,
  pay,
  alerts,
  foreignPath,
  foreignMethod,
  ownSecret,
]
