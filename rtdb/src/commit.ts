import type { Identity } from './auth.ts'
import type { Path, Tree } from './tree/index.ts'

/** One accepted write, as it is told to those who record or react to it. */
export interface Commit {
  readonly namespace: string
  readonly identity: Identity
  readonly before: Tree
  readonly after: Tree
  /** The written locations, whether their data differs or not. */
  readonly paths: readonly Path[]
  /** Unix milliseconds. */
  readonly time: number
}
