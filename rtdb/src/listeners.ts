import type { Identity } from './auth.ts'
import { advance, windowOf, type Query, type Window } from './query/index.ts'
import { childOf, nodeAt, type Path, type Tree } from './tree/index.ts'

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

/** All listeners of a database by location, so that a write meets only those at, above or below it. */
export class ListenerIndex {
  readonly #root = new Place()
  readonly #all = new Set<Listener>()

  get all(): ReadonlySet<Listener> {
    return this.#all
  }

  add(listener: Listener): void {
    this.#all.add(listener)
    let place = this.#root
    for (const key of listener.request.path) place = place.childAt(key)
    place.listeners.add(listener)
  }

  remove(listener: Listener): void {
    if (!this.#all.delete(listener)) return
    this.#root.remove(listener, 0)
  }

  /**
   * Tells every listener concerned. Those with a tag come first: the SDK applies an untagged change to its query views, too,
   * and might evict a child that the server believes to be still in the window.
   */
  notify(before: Tree, after: Tree, paths: readonly Path[], base: Path | undefined): void {
    const concerned = [...this.#concerned(before, after, paths)]
    const inOrder = [
      ...concerned.filter(([listener]) => listener.request.tagged),
      ...concerned.filter(([listener]) => !listener.request.tagged),
    ]
    for (const [listener, written] of inOrder) {
      const { path } = listener.request
      const here = { before: nodeAt(before, path), after: nodeAt(after, path) }
      listener.notify({ ...here, paths: written, base })
    }
  }

  /** The listeners whose data may have changed, each with the written paths that matter to it. */
  #concerned(before: Tree, after: Tree, paths: readonly Path[]): Map<Listener, Path[]> {
    const concerned = new Map<Listener, Path[]>()
    for (const path of paths) {
      const add = (listener: Listener): void => {
        const written = concerned.get(listener)
        if (written) written.push(path)
        else concerned.set(listener, [path])
      }
      this.#root.visit({ before, after, path, depth: 0 }, add)
    }
    return concerned
  }
}

/** One location of the index. */
class Place {
  readonly listeners = new Set<Listener>()
  readonly #children = new Map<string, Place>()

  childAt(key: string): Place {
    const place = this.#children.get(key) ?? new Place()
    this.#children.set(key, place)
    return place
  }

  /** Removes a listener from here or below, and the places that it leaves empty. */
  remove(listener: Listener, depth: number): void {
    const key = listener.request.path[depth]
    if (key === undefined) {
      this.listeners.delete(listener)
      return
    }
    const child = this.#children.get(key)
    child?.remove(listener, depth + 1)
    if (child?.isEmpty()) this.#children.delete(key)
  }

  isEmpty(): boolean {
    return this.listeners.size === 0 && this.#children.size === 0
  }

  /** Visits the listeners on the way to a written path and everywhere below it, as far as the data differs. */
  visit({ before, after, path, depth }: Visit, add: (listener: Listener) => void): void {
    if (before === after) return
    for (const listener of this.listeners) add(listener)
    const key = path[depth]
    const onTheWay = key === undefined ? null : this.#children.get(key)
    const next = key === undefined ? this.#children : onTheWay ? [[key, onTheWay] as const] : []
    for (const [childKey, place] of next) {
      const here = { before: childOf(before, childKey), after: childOf(after, childKey) }
      place.visit({ ...here, path, depth: depth + 1 }, add)
    }
  }
}

interface Visit {
  before: Tree
  after: Tree
  /** The written path, of which `depth` keys lead here. */
  path: Path
  depth: number
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
