import type { Demo } from '../app/demo.ts'
import type { HttpAnswer } from '../wire/exchange.ts'

/** Something that is sent to the service, and what it must come to. */
export interface Trial {
  readonly id: string
  readonly title: string
  /** What is sent, in one sentence or two. */
  readonly tried: string
  /** The code that it must be refused with, or the status that it must be answered with. */
  readonly expected: string | number
  /** Why it comes to that. */
  readonly why: string
  /**
   * Sends it. What counts is the attacker's last exchange; without an attacker the first one that was
   * refused, or else the last one.
   */
  run(demo: Demo): Promise<void>
  /** What the answer that counts says, in words, if that is worth a sentence. */
  readonly told?: (answer: HttpAnswer) => string
}
