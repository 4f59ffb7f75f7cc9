import type { Identity } from './auth.ts'
import type { Change } from './changes.ts'
import { viewOf, type Query } from './query/index.ts'
import {
  canRead,
  canWrite,
  indexesAt,
  parseRules,
  type Denial,
  type Grounds,
  type Rules,
} from './rules/index.ts'
import { BY_KEY, BY_PRIORITY, type Path, type Tree } from './tree/index.ts'

/** Who asks, when (Unix milliseconds), and the data as it is. */
export interface Circumstances {
  readonly identity: Identity
  readonly now: number
  readonly root: Tree
}

/** The rules of one database, as its requests ask them. A denial is an answer, null means allowed. */
export class RuleBook {
  #rules: Rules = OPEN

  /** Verbatim, comments included. */
  get text(): string {
    return this.#rules.text
  }

  replace(rules: Rules): void {
    this.#rules = rules
  }

  /** `grounds`, if given, learns what the verdict rests on. */
  judgeRead(
    { identity, now, root }: Circumstances,
    path: Path,
    query: Query | null,
    grounds: Grounds | null = null,
  ): Denial | null {
    if (identity.admin) return null
    const context = { auth: identity.auth, now, grounds }
    const verdict = canRead(this.#rules, context, root, path, query ? viewOf(query) : undefined)
    return verdict.allowed ? null : verdict.why
  }

  /** Each written location is judged by itself, against the data after the whole write. */
  judgeWrite(
    { identity, now, root }: Circumstances,
    after: Tree,
    changes: readonly Change[],
  ): Denial | null {
    if (identity.admin) return null
    const context = { auth: identity.auth, now }
    for (const { path } of changes) {
      const verdict = canWrite(this.#rules, context, root, after, path)
      if (!verdict.allowed) return verdict.why
    }
    return null
  }

  /**
   * Whether a transaction was refused only for what it did not know: a rule compared its result with the data,
   * and the client may read that data and try again. Clients start from nothing, so the first try is often such a one.
   */
  mayBeOutdated(why: Denial, circumstances: Circumstances, path: Path): boolean {
    const isCompared = why.tried.some(
      ({ expression }) => expression !== null && DATA.test(expression),
    )
    return isCompared && this.judgeRead(circumstances, path, null) === null
  }

  isIndexed(path: Path, query: Query | null): boolean {
    if (!query || query.order === BY_KEY || query.order === BY_PRIORITY) return true
    return indexesAt(this.#rules, path).has(query.order.name)
  }
}

/** The variables of a rule that show stored data. May find them in a string, too; never misses one. */
const DATA = /\b(?:data|root)\b/

/** A database that nobody has loaded rules for is open, as in the official emulator. */
const OPEN = parseRules('{\n  "rules": {\n    ".read": true,\n    ".write": true\n  }\n}')
