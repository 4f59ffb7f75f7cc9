import type { Demo } from '../app/demo.ts'

/** One press of the button. */
export interface Step {
  readonly id: string
  /** Two words, for the row of steps. */
  readonly short: string
  /** What the button says. */
  readonly title: string
  /** What the app does, and why, in one sentence or two. */
  readonly why: string
  /**
   * Does it, and says what came of it.
   * @throws LatchkeyError, PageError
   */
  run(demo: Demo): Promise<string>
}
