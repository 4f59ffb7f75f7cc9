import type { Demo } from '../app/demo.ts'

/** Something that somebody tries against the install, and what it must come to. */
export interface Attack {
  readonly id: string
  readonly title: string
  /** What is tried, in one sentence or two. */
  readonly tried: string
  /** The code that it must be refused with. */
  readonly expected: string
  /** Why it is refused. */
  readonly why: string
  /** Tries it. What counts is the attacker's last exchange; without an attacker, the first one. */
  run(demo: Demo): Promise<void>
}
