import type { Trial } from '../trials/trial.ts'

/** Something that somebody tries against the install. */
export interface Attack extends Trial {
  /** The code that it must be refused with. */
  readonly expected: string
}
