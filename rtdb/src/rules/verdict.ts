import { formatPath } from '../tree/index.ts'
import type { Path } from '../tree/index.ts'

/** What the rules say about one read or write. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly why: Denial }

export type RuleKind = 'read' | 'write' | 'validate'

/**
 * Why something was refused. A read or write is refused when no rule on the way grants it: the deepest one counts as the
 * one that decided, and `tried` has all of them. A `.validate` refuses alone.
 */
export interface Denial extends Tried {
  readonly kind: RuleKind
  /** From the root down: every rule that was asked and did not hold. */
  readonly tried: readonly Tried[]
}

/** A rule that was asked and did not hold; in a `Denial` all but `location` are null when no rule lies on the way. */
export interface Tried {
  /** Such as `/users/$uid/.write`. */
  readonly path: string | null
  /** The place in the data it was asked about, such as `/users/alice`. */
  readonly location: string
  /** The rule's text. */
  readonly expression: string | null
  /** The runtime error that made it false, if one did. */
  readonly error: string | null
}

/** A rule that did not hold at the first `depth` keys of a path: made a `Tried` only if the whole is refused. */
export interface Failure {
  readonly rule: { readonly path: string; readonly expression: string }
  readonly depth: number
  readonly error: string | null
}

export const allowed: Verdict = { allowed: true }

export function denied(kind: RuleKind, path: Path, failures: readonly Failure[]): Verdict {
  const tried = failures.map(({ rule, depth, error }) => ({
    path: rule.path,
    location: formatPath(path.slice(0, depth)),
    expression: rule.expression,
    error,
  }))
  const none = { path: null, location: formatPath(path), expression: null, error: null }
  return { allowed: false, why: { kind, ...(tried.at(-1) ?? none), tried } }
}

/** A denial in words, several lines: for `--explain`. */
export function explain({ kind, location, tried }: Denial): string {
  if (tried.length === 0) return `No .${kind} rule lies on the way to ${location}.`
  const headline =
    kind === 'validate' ? 'The new data is not valid:' : `No .${kind} rule grants it:`
  const lines = tried.map(({ path, location, expression, error }) => {
    const outcome = error === null ? 'is false' : `fails: ${error}`
    return `  ${path} at ${location} ${outcome}\n    ${expression}`
  })
  return [headline, ...lines].join('\n')
}
