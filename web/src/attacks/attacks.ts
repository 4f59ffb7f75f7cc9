import type { Attack } from './attack.ts'
import { foreignUid } from './foreignUid.ts'
import { forgedKey } from './forgedKey.ts'
import { replay } from './replay.ts'
import { revokedKey } from './revokedKey.ts'
import { tamperedBody } from './tamperedBody.ts'
import { wrongClock } from './wrongClock.ts'

/** The last one ends the key; whichever comes after it has the app register anew first. */
export const ATTACKS: readonly Attack[] = [
  foreignUid,
  forgedKey,
  tamperedBody,
  replay,
  wrongClock,
  revokedKey,
]
