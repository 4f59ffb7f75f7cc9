import type { Identity } from './auth.ts'
import type { Change } from './changes.ts'
import { viewOf, type Query } from './query/index.ts'
import { asksData, readDependsOnData } from './readDependence.ts'
import { canRead, canWrite, indexesAt, parseRules, type Denial, type Rules } from './rules/index.ts'
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

  /** Throws RulesError, and keeps the old rules, if these are wrong. */
  load(text: string): void {
    this.#rules = parseRules(text)
  }

  judgeRead(
    { identity, now, root }: Circumstances,
    path: Path,
    query: Query | null,
  ): Denial | null {
    if (identity.admin) return null
    const view = query ? viewOf(query) : undefined
    const verdict = canRead(this.#rules, { auth: identity.auth, now }, root, path, view)
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
    const isCompared = why.tried.some(({ expression }) => asksData(expression))
    return isCompared && this.judgeRead(circumstances, path, null) === null
  }

  isIndexed(path: Path, query: Query | null): boolean {
    if (!query || query.order === BY_KEY || query.order === BY_PRIORITY) return true
    return indexesAt(this.#rules, path).has(query.order.name)
  }

  /** Whether a write elsewhere may end the permission to read a path. */
  isVolatile(path: Path): boolean {
    return readDependsOnData(this.#rules, path)
  }
}

/** A database that nobody has loaded rules for is open, as in the official emulator. */
const OPEN = parseRules('{\n  "rules": {\n    ".read": true,\n    ".write": true\n  }\n}')
