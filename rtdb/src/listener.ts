import type { Identity } from './auth.ts'
import { advance, windowOf, type Query, type Window } from './query/index.ts'
import { nodeAt, type Path, type Tree } from './tree/index.ts'

/** What a listener is told about one write. Paths are absolute, the keys of a merge relative to its path. */
export type Delivery =
  | { readonly kind: 'overwrite'; readonly path: Path; readonly node: Tree }
  | {
      readonly kind: 'merge'
      readonly path: Path
      readonly children: readonly (readonly [string, Tree])[]
    }

export interface ListenRequest {
  path: Path
  query: Query | null
  /** Whether the client gave it a tag: all listeners with a query have one. */
  tagged: boolean
  /** Who listens; the identity is read whenever the rules are asked again. */
  holder: { readonly identity: Identity }
  deliver: (delivery: Delivery) => void
  /** Called once the listener has been removed because the rules no longer allow it. */
  revoked: (refusal: Error) => void
}

/** A location, or a query's window of it, that a client follows. */
export class Listener {
  readonly request: ListenRequest
  /** False if the rules name no index for the query. */
  readonly indexed: boolean
  #window: Window | null

  constructor(request: ListenRequest, node: Tree, indexed: boolean) {
    this.request = request
    this.indexed = indexed
    this.#window = request.query && windowOf(node, request.query)
  }

  /** Tells the client what a write has changed here, in as few messages as the protocol has for it. */
  notify(write: WriteHere): void {
    const { path, deliver } = this.request
    if (write.before === write.after) return
    const delivery = this.#window
      ? this.#advance(this.#window, path, write)
      : deliveryOf(path, write)
    if (delivery) deliver(delivery)
  }

  /** A window's children that entered or changed, with their whole data, and those that left, with nothing. */
  #advance(window: Window, path: Path, { after, paths }: WriteHere): Delivery | null {
    const isWhole = paths.some((written) => written.length <= path.length)
    const keys = isWhole ? null : new Set(paths.map((written) => written[path.length] ?? ''))
    const next = advance(window, after, keys)
    this.#window = next.window
    if (next.changes.size === 0) return null
    return { kind: 'merge', path, children: [...next.changes] }
  }
}

/** A write as one listener's location sees it. */
export interface WriteHere {
  /** The node at the location, before and after. */
  readonly before: Tree
  readonly after: Tree
  /** The written paths at, above or below the location. */
  readonly paths: readonly Path[]
  /** Where the update was rooted, if it was one. */
  readonly base: Path | undefined
}

/** What a listener without a query is told: the parts below it if only parts were written, else all of it. */
function deliveryOf(path: Path, { after, paths, base }: WriteHere): Delivery {
  const [first = path, ...others] = paths
  if (paths.some((written) => written.length <= path.length)) {
    return { kind: 'overwrite', path, node: after }
  }
  const nodeBelow = (written: Path): Tree => nodeAt(after, written.slice(path.length))
  if (others.length === 0) return { kind: 'overwrite', path: first, node: nodeBelow(first) }
  const root = base && base.length > path.length ? base : path
  const children = paths.map((written) => {
    return [written.slice(root.length).join('/'), nodeBelow(written)] as const
  })
  return { kind: 'merge', path: root, children }
}
