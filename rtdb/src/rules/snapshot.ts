import { childCount, childOf, priorityOf } from '../tree/index.ts'
import type { Primitive, Priority, Tree } from '../tree/index.ts'

/**
 * What `data`, `newData` and `root` are in a rule: a place in one version of the tree.
 * It holds the snapshot above it instead of a path, so that a step down is one lookup and `parent()` none.
 */
export class Snapshot {
  readonly #node: Tree
  readonly #above: Snapshot | null

  constructor(node: Tree, above: Snapshot | null = null) {
    this.#node = node
    this.#above = above
  }

  get node(): Tree {
    return this.#node
  }

  /** Null above the root, where the rules language has nothing. */
  get above(): Snapshot | null {
    return this.#above
  }

  /** The child with exactly this key. */
  step(key: string): Snapshot {
    return new Snapshot(childOf(this.#node, key), this)
  }

  /** A relative path such as `a/b`. A key that cannot exist, such as an e-mail address with its dots, finds nothing. */
  child(path: string): Snapshot {
    if (path !== '' && !path.includes('/')) return this.step(path)
    const keys = path.split('/').filter((key) => key !== '')
    return keys.reduce<Snapshot>((place, key) => place.step(key), this)
  }

  val(): Primitive | null | typeof CHILDREN {
    if (this.#node === null) return null
    return this.#node.kind === 'leaf' ? this.#node.value : CHILDREN
  }

  exists(): boolean {
    return this.#node !== null
  }

  hasChild(path: string): boolean {
    const child = this.child(path)
    return child !== this && child.#node !== null
  }

  hasAnyChild(): boolean {
    return childCount(this.#node) > 0
  }

  hasChildren(paths: readonly string[]): boolean {
    for (const path of paths) if (!this.hasChild(path)) return false
    return true
  }

  getPriority(): Priority {
    return priorityOf(this.#node)
  }

  isLeafOf(type: 'number' | 'string' | 'boolean'): boolean {
    return this.#node !== null && this.#node.kind === 'leaf' && typeof this.#node.value === type
  }
}

/**
 * The value of a node with children: the official server gives a sentinel too, so that no rule costs a whole subtree.
 * It equals nothing, not even itself: two subtrees are never proven equal by `==`.
 */
export const CHILDREN: unique symbol = Symbol('a node with children')
