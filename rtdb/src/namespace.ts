import { Audience } from './audience.ts'
import { owner, type Identity } from './auth.ts'
import { applyChanges, type Change } from './changes.ts'
import type { Commit } from './commit.ts'
import { Listener, type ListenRequest } from './listener.ts'
import { OperationCounter } from './operations.ts'
import { resultOf, type Query } from './query/index.ts'
import { Refusal } from './refusal.ts'
import { RuleBook, type Circumstances } from './ruleBook.ts'
import { explain, Grounds, type Denial, type Rules } from './rules/index.ts'
import {
  formatPath,
  hashOf,
  nodeAt,
  parseTree,
  toExport,
  type Json,
  type Path,
  type Tree,
} from './tree/index.ts'

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
  readonly #audience = new Audience()
  readonly #rules = new RuleBook()
  #root: Tree = null

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

  /** Replaces the rules and drops the listeners that they refuse. */
  setRules(rules: Rules): void {
    this.#rules.replace(rules)
    this.recheck(this.#audience.all)
  }

  /** The data at a path, or the part of it that a query asks for. */
  read(identity: Identity, path: Path, query: Query | null): Tree {
    this.requireRead(identity, path, query)
    if (query && !this.#rules.isIndexed(path, query)) throw missingIndex(path, query)
    this.operations.count('reads')
    return resultOf(nodeAt(this.#root, path), query)
  }

  /** Throws Refusal if the rules do not let that identity read there. */
  requireRead(identity: Identity, path: Path, query: Query | null = null, grounds?: Grounds): void {
    const why = this.#rules.judgeRead(this.#circumstances(identity), path, query, grounds)
    if (!why) return
    this.operations.count('readsDenied')
    throw this.#denial(why)
  }

  /** Starts a listener. A missing index only slows it down, so it is not refused. */
  listen(request: ListenRequest): { listener: Listener; initial: Tree } {
    const { path, query, holder } = request
    const grounds = new Grounds()
    this.requireRead(holder.identity, path, query, grounds)
    this.operations.count('reads')
    const node = nodeAt(this.#root, path)
    const listener = new Listener(request, node, this.#rules.isIndexed(path, query))
    this.#audience.admit(listener, grounds)
    return { listener, initial: resultOf(node, query) }
  }

  unlisten(listener: Listener): void {
    this.#audience.remove(listener)
  }

  /** Drops those of the listeners that the rules do not allow any more. */
  recheck(listeners: Iterable<Listener>): void {
    for (const listener of [...listeners]) {
      const { holder, path, query, revoked } = listener.request
      const grounds = new Grounds()
      const circumstances = this.#circumstances(holder.identity)
      const why = this.#rules.judgeRead(circumstances, path, query, grounds)
      if (why) {
        this.unlisten(listener)
        revoked(this.#denial(why))
      } else {
        this.#audience.admit(listener, grounds)
      }
    }
  }

  /** Writes all changes or none. The listeners have been told when this returns. */
  write(identity: Identity, changes: readonly Change[], options: WriteOptions = {}): void {
    const circumstances = this.#circumstances(identity)
    const { root: before, now: time } = circumstances
    const after = applyChanges(before, changes, time)
    this.#requireWrite(circumstances, after, changes, options.ifHash)
    const paths = changes.map(({ path }) => path)
    this.#commit({ namespace: this.name, identity, before, after, paths, time }, options)
    this.operations.count('writes')
  }

  /** Refuses what `write` would refuse now, and changes nothing. */
  rehearse(identity: Identity, changes: readonly Change[]): void {
    const circumstances = this.#circumstances(identity)
    const after = applyChanges(circumstances.root, changes, circumstances.now)
    this.#requireWrite(circumstances, after, changes)
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
    const { identity, now: time, root: before } = this.#circumstances(owner)
    const after = parseTree(json, { now: time, existing: before })
    const commit = { namespace: this.name, identity, before, after, paths: [[]], time }
    this.#commit(commit, { triggers: false })
  }

  #commit(commit: Commit, { base, triggers = true }: WriteOptions): void {
    const { before, after, paths } = commit
    if (before === after) return
    this.#options.record?.(commit)
    this.#root = after
    // Who may not read the new data must not be told of it.
    const write = { before, after, paths, base }
    this.recheck(this.#audience.doubtful(write))
    this.#audience.notify(write)
    if (triggers) this.#options.react?.(commit)
  }

  /** The rules come before the hash, so that what can never be written is not tried again and again. */
  #requireWrite(
    circumstances: Circumstances,
    after: Tree,
    changes: readonly Change[],
    ifHash?: string,
  ): void {
    const [{ path } = { path: [] }] = changes
    const isStale = ifHash !== undefined && ifHash !== hashOf(nodeAt(this.#root, path))
    const why = this.#rules.judgeWrite(circumstances, after, changes)
    if (why && !(isStale && this.#rules.mayBeOutdated(why, circumstances, path))) {
      this.operations.count('writesDenied')
      throw this.#denial(why)
    }
    if (!isStale) return
    this.operations.count('stale')
    throw new Refusal('stale')
  }

  /** The clock is read once an operation: a rule may compare a server timestamp with `now`. */
  #circumstances(identity: Identity): Circumstances {
    return { identity, now: this.now(), root: this.#root }
  }

  #denial(why: Denial): Refusal {
    if (!this.#options.explain) return new Refusal('permission_denied')
    const explanation = explain(why)
    this.log(`${this.name}: ${why.kind} denied. ${explanation}`)
    return new Refusal('permission_denied', `Permission denied. ${explanation}`)
  }
}

function missingIndex(path: Path, { order }: Query): Refusal {
  return new Refusal(
    'no_index',
    `Index not defined, add ".indexOn": "${order.name}", for path "${formatPath(path)}", to the rules`,
  )
}
