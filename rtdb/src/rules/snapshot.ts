import { childCount, childOf, priorityOf } from '../tree/index.ts'
import type { Primitive, Priority, Tree } from '../tree/index.ts'
import type { Grounds } from './grounds.ts'

/**
 * What `data`, `newData` and `root` are in a rule: a place in one version of the tree.
 * It holds the snapshot above it instead of a path, so that a step down is one lookup and `parent()` none.
 */
export class Snapshot {
  readonly #node: Tree
  readonly #above: Snapshot | null
  readonly #key: string
  readonly #grounds: Grounds | null

  private constructor(node: Tree, above: Snapshot | null, key: string, grounds: Grounds | null) {
    this.#node = node
    this.#above = above
    this.#key = key
    this.#grounds = grounds
  }

  /** `grounds`, if given, learns which nodes are looked at, here and below. */
  static ofRoot(root: Tree, grounds: Grounds | null): Snapshot {
    return new Snapshot(root, null, '', grounds)
  }

  /** Whoever asks for it looks at it. */
  get node(): Tree {
    this.#grounds?.paths.push(this.#path())
    return this.#node
  }

  /** Null above the root, where the rules language has nothing. */
  get above(): Snapshot | null {
    return this.#above
  }

  /** The child with exactly this key. */
  step(key: string): Snapshot {
    return new Snapshot(childOf(this.#node, key), this, key, this.#grounds)
  }

  /** A relative path such as `a/b`. A key that cannot exist, such as an e-mail address with its dots, finds nothing. */
  child(path: string): Snapshot {
    if (path !== '' && !path.includes('/')) return this.step(path)
    const keys = path.split('/').filter((key) => key !== '')
    return keys.reduce<Snapshot>((place, key) => place.step(key), this)
  }

  val(): Primitive | null | typeof CHILDREN {
    const { node } = this
    if (node === null) return null
    return node.kind === 'leaf' ? node.value : CHILDREN
  }

  exists(): boolean {
    return this.node !== null
  }

  hasChild(path: string): boolean {
    const child = this.child(path)
    return child !== this && child.node !== null
  }

  hasAnyChild(): boolean {
    return childCount(this.node) > 0
  }

  hasChildren(paths: readonly string[]): boolean {
    for (const path of paths) if (!this.hasChild(path)) return false
    return true
  }

  getPriority(): Priority {
    return priorityOf(this.node)
  }

  isLeafOf(type: 'number' | 'string' | 'boolean'): boolean {
    const { node } = this
    return node !== null && node.kind === 'leaf' && typeof node.value === type
  }

  #path(): string[] {
    if (this.#above === null) return []
    const path = this.#above.#path()
    path.push(this.#key)
    return path
  }
}

/**
 * The value of a node with children: the official server gives a sentinel too, so that no rule costs a whole subtree.
 * It equals nothing, not even itself: two subtrees are never proven equal by `==`.
 */
export const CHILDREN: unique symbol = Symbol('a node with children')
