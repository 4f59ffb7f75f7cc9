import type { Path } from '../tree/index.ts'

/**
 * What a verdict rests on besides the rules and who asks: the nodes that were looked at, and whether the clock was.
 * Nodes are immutable, so as long as these are the same objects the verdict is the same.
 */
export class Grounds {
  /** One may come several times. */
  readonly paths: Path[] = []
  clock = false
}
