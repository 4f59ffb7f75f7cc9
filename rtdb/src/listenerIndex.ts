import type { Listener } from './listener.ts'
import { childOf, nodeAt, type Path, type Tree } from './tree/index.ts'

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
