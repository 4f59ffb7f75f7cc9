import { childOf, type Path, type Tree } from './tree/index.ts'

/** Items by location, so that a write meets only those at, above or below what it has changed. */
export class PathIndex<Item> {
  readonly #root = new Place<Item>()

  add(path: Path, item: Item): void {
    let place = this.#root
    for (const key of path) place = place.childAt(key)
    place.items.add(item)
  }

  remove(path: Path, item: Item): void {
    this.#root.remove(path, 0, item)
  }

  /** Finds the items whose node differs between two versions, on the way to a written path and everywhere below it. */
  visit({ before, after, path }: Difference, found: (item: Item) => void): void {
    this.#root.visit({ before, after, path }, 0, found)
  }
}

export interface Difference {
  readonly before: Tree
  readonly after: Tree
  /** Outside of what is at, above and below it the versions are alike. */
  readonly path: Path
}

/** One location of the index. */
class Place<Item> {
  readonly items = new Set<Item>()
  readonly #children = new Map<string, Place<Item>>()

  childAt(key: string): Place<Item> {
    const known = this.#children.get(key)
    if (known) return known
    const place = new Place<Item>()
    this.#children.set(key, place)
    return place
  }

  /** Removes an item from here or below, and the places that it leaves empty. */
  remove(path: Path, depth: number, item: Item): void {
    const key = path[depth]
    if (key === undefined) {
      this.items.delete(item)
      return
    }
    const child = this.#children.get(key)
    child?.remove(path, depth + 1, item)
    if (child?.isEmpty()) this.#children.delete(key)
  }

  isEmpty(): boolean {
    return this.items.size === 0 && this.#children.size === 0
  }

  /** `depth` keys of the path lead here, where `before` and `after` stand. */
  visit({ before, after, path }: Difference, depth: number, found: (item: Item) => void): void {
    if (before === after) return
    for (const item of this.items) found(item)
    const key = path[depth]
    const onTheWay = key === undefined ? undefined : this.#children.get(key)
    const next = key === undefined ? this.#children : onTheWay ? [[key, onTheWay] as const] : []
    for (const [childKey, place] of next) {
      const here = { before: childOf(before, childKey), after: childOf(after, childKey), path }
      place.visit(here, depth + 1, found)
    }
  }
}
