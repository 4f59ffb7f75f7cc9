import type { Run } from './scope.ts'

/** A rules file, read and compiled. */
export interface Rules {
  /** Verbatim, with its comments. */
  readonly text: string
  readonly root: RuleNode
}

/** The rules of one place, for all the keys it stands for. */
export interface RuleNode {
  readonly read: Rule | null
  readonly write: Rule | null
  readonly validate: Rule | null
  /** For a wildcard: how many stand above it. */
  readonly captures: number | null
  readonly indexOn: ReadonlySet<string>
  readonly children: ReadonlyMap<string, RuleNode>
  /** For every key that is not among `children`. */
  readonly wildcard: RuleNode | null
  /** Whether a `.validate` stands anywhere below: spares the walk through a large written subtree. */
  readonly validatesBelow: boolean
}

export interface Rule {
  /** Such as `/users/$uid/.read`. */
  readonly path: string
  readonly expression: string
  readonly run: Run
}
