import { owner, type Identity } from './auth.ts'
import { applyChanges, type Change } from './changes.ts'
import { Listener, ListenerIndex, type ListenRequest } from './listeners.ts'
import { OperationCounter } from './operations.ts'
import {
  BY_KEY,
  BY_PRIORITY,
  formatPath,
  hashOf,
  nodeAt,
  parseTree,
  toExport,
} from './tree/index.ts'
import type { Json, Path, Tree } from './tree/index.ts'
import { toTree, viewOf, windowOf, type Query } from './query/index.ts'
import { asksData, readDependsOnData } from './readDependence.ts'
import { Refusal } from './refusal.ts'
import { canRead, canWrite, explain, indexesAt, parseRules } from './rules/index.ts'
import type { Denial, Verdict } from './rules/index.ts'

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

export interface NamespaceOptions {
  name: string
  /** The clock of server timestamps and of `now` in rules: Unix milliseconds. */
  now: () => number
  /** Whether a denial names the rule that denied. */
  explain: boolean
  /** Receives a line for each explained denial and for each failure of the server itself. */
  log: (line: string) => void
  /** Called before a write takes effect; if it throws, the write fails. */
  record?: (commit: Commit) => void
  /** Called after a write has taken effect, unless its triggers were disabled. */
  react?: (commit: Commit) => void
}

export interface WriteOptions {
  /** The hash that the node must have before the write: what a transaction has seen. */
  ifHash?: string
  /** Where a multi-path update is rooted. */
  base?: Path
  /** False for imports that must not trigger functions. */
  triggers?: boolean
}

/** One database: its data, its rules, and who listens to it. Every operation runs to its end before the next one starts. */
export class Namespace {
  readonly name: string
  readonly now: () => number
  readonly log: (line: string) => void
  readonly operations = new OperationCounter()
  readonly #options: NamespaceOptions
  readonly #listeners = new ListenerIndex()
  /** The listeners whose permission may end by a write: they are asked again after each. */
  readonly #guarded = new Set<Listener>()
  #root: Tree = null
  #rules = OPEN

  constructor(options: NamespaceOptions) {
    this.name = options.name
    this.now = options.now
    this.log = options.log
    this.#options = options
  }

  get root(): Tree {
    return this.#root
  }

  /** The rules as they were loaded, comments included. */
  get rulesText(): string {
    return this.#rules.text
  }

  /** Whether anyone may do anything here, because no rules were loaded. */
  get isOpen(): boolean {
    return this.#rules === OPEN
  }

  /** Replaces the rules and drops the listeners that they refuse. Throws RulesError, and changes nothing, if they are wrong. */
  setRules(text: string): void {
    this.#rules = parseRules(text)
    this.#guarded.clear()
    for (const listener of this.#listeners.all) this.#guard(listener)
    this.recheck(this.#listeners.all)
  }

  /** The data at a path, or the part of it that a query asks for. */
  read(identity: Identity, path: Path, query: Query | null): Tree {
    this.requireRead(identity, path, query)
    if (!this.#isIndexed(path, query)) throw missingIndex(path, query)
    this.operations.count('reads')
    const node = nodeAt(this.#root, path)
    return query ? toTree(windowOf(node, query)) : node
  }

  /** Starts a listener. A missing index only slows it down, so it is not refused. */
  listen(request: ListenRequest): { listener: Listener; initial: Tree } {
    const { path, query, holder } = request
    this.requireRead(holder.identity, path, query)
    this.operations.count('reads')
    const node = nodeAt(this.#root, path)
    const listener = new Listener(request, node, this.#isIndexed(path, query))
    this.#listeners.add(listener)
    this.#guard(listener)
    return { listener, initial: query ? toTree(windowOf(node, query)) : node }
  }

  unlisten(listener: Listener): void {
    this.#listeners.remove(listener)
    this.#guarded.delete(listener)
  }

  /** Drops those of the listeners that the rules do not allow any more. */
  recheck(listeners: Iterable<Listener>): void {
    for (const listener of [...listeners]) {
      const { holder, path, query, revoked } = listener.request
      const verdict = this.#judgeRead(holder.identity, path, query)
      if (verdict.allowed) continue
      this.unlisten(listener)
      revoked(this.#denial(verdict.why))
    }
  }

  /** Writes all changes or none. The listeners have been told when this returns. */
  write(identity: Identity, changes: readonly Change[], options: WriteOptions = {}): void {
    const time = this.now()
    const before = this.#root
    const after = applyChanges(before, changes, time)
    this.#requireWrite(identity, after, changes, options.ifHash)
    this.operations.count('writes')
    const paths = changes.map(({ path }) => path)
    this.#commit({ namespace: this.name, identity, before, after, paths, time }, options)
  }

  /** Refuses what `write` would refuse now, and changes nothing. */
  rehearse(identity: Identity, changes: readonly Change[]): void {
    this.#requireWrite(identity, applyChanges(this.#root, changes, this.now()), changes, undefined)
  }

  /** All data in the export format, priorities included. */
  export(): Json {
    return toExport(this.#root)
  }

  /** Takes over data that a journal has kept, before anyone listens. */
  restore(root: Tree): void {
    this.#root = root
  }

  /** Replaces all data, as the owner, without triggering functions. */
  import(json: unknown): void {
    const time = this.now()
    const after = parseTree(json, { now: time, existing: this.#root })
    const write = { namespace: this.name, identity: owner, before: this.#root, after, paths: [[]] }
    this.#commit({ ...write, time }, { triggers: false })
  }

  #commit(commit: Commit, { base, triggers = true }: WriteOptions): void {
    const { before, after, paths } = commit
    if (before === after) return
    this.#options.record?.(commit)
    this.#root = after
    // Who may not read the new data must not be told of it.
    this.recheck(this.#guarded)
    this.#listeners.notify(before, after, paths, base)
    if (triggers) this.#options.react?.(commit)
  }

  #guard(listener: Listener): void {
    if (readDependsOnData(this.#rules, listener.request.path)) this.#guarded.add(listener)
  }

  #judgeRead(identity: Identity, path: Path, query: Query | null): Verdict {
    if (identity.admin) return ALLOWED
    const context = { auth: identity.auth, now: this.now() }
    return canRead(this.#rules, context, this.#root, path, query ? viewOf(query) : undefined)
  }

  /** Throws Refusal if the rules do not let that identity read there. */
  requireRead(identity: Identity, path: Path, query: Query | null = null): void {
    const verdict = this.#judgeRead(identity, path, query)
    if (verdict.allowed) return
    this.operations.count('readsDenied')
    throw this.#denial(verdict.why)
  }

  /** The rules come before the hash, so that what can never be written is not tried again and again. */
  #requireWrite(
    identity: Identity,
    after: Tree,
    changes: readonly Change[],
    ifHash: string | undefined,
  ): void {
    const [first] = changes
    const isStale =
      ifHash !== undefined && first && ifHash !== hashOf(nodeAt(this.#root, first.path))
    const why = this.#judgeWrite(identity, after, changes)
    if (why && !(isStale && this.#mayBeOutdated(why, identity, first.path))) {
      this.operations.count('writesDenied')
      throw this.#denial(why)
    }
    if (!isStale) return
    this.operations.count('stale')
    throw new Refusal('stale')
  }

  /** Each written location is judged by itself, against the data after the whole write. */
  #judgeWrite(identity: Identity, after: Tree, changes: readonly Change[]): Denial | null {
    if (identity.admin) return null
    const context = { auth: identity.auth, now: this.now() }
    for (const { path } of changes) {
      const verdict = canWrite(this.#rules, context, this.#root, after, path)
      if (!verdict.allowed) return verdict.why
    }
    return null
  }

  /**
   * Whether a transaction was refused only for what it did not know: a rule compared its result with the data,
   * and the client may read that data and try again. Clients start from nothing, so the first try is often such a one.
   */
  #mayBeOutdated(why: Denial, identity: Identity, path: Path): boolean {
    const isCompared = why.tried.some(({ expression }) => asksData(expression))
    return isCompared && this.#judgeRead(identity, path, null).allowed
  }

  #isIndexed(path: Path, query: Query | null): boolean {
    if (!query || query.order === BY_KEY || query.order === BY_PRIORITY) return true
    return indexesAt(this.#rules, path).has(query.order.name)
  }

  #denial(why: Denial): Refusal {
    if (!this.#options.explain) return new Refusal('permission_denied')
    const explanation = explain(why)
    this.log(`${this.name}: ${why.kind} denied. ${explanation}`)
    return new Refusal('permission_denied', `Permission denied. ${explanation}`)
  }
}

const ALLOWED: Verdict = { allowed: true }

/** A namespace nobody has loaded rules for is open, as in the official emulator. */
const OPEN = parseRules('{\n  "rules": {\n    ".read": true,\n    ".write": true\n  }\n}')

function missingIndex(path: Path, query: Query | null): Refusal {
  const index = query?.order.name ?? ''
  return new Refusal(
    'no_index',
    `Index not defined, add ".indexOn": "${index}", for path "${formatPath(path)}", to the rules`,
  )
}
