import { withChild, withPriority } from './branch.ts'
import { childOf } from './children.ts'
import type { Path, Priority, Tree } from './node.ts'

/**
 * The tree with one node set or (null) removed: the nodes on the way are copied, all others shared.
 * Ancestors left without children disappear; writing below a leaf makes it a branch.
 */
export function withNodeAt(root: Tree, path: Path, node: Tree): Tree {
  return replaceAt(root, path, 0, (before) => (isSameLeaf(before, node) ? before : node))
}

/** The tree with the priority of one node set; where there is no node, the same tree. */
export function withPriorityAt(root: Tree, path: Path, priority: Priority): Tree {
  return replaceAt(root, path, 0, (before) => withPriority(before, priority))
}

function replaceAt(tree: Tree, path: Path, depth: number, change: (before: Tree) => Tree): Tree {
  const key = path[depth]
  if (key === undefined) return change(tree)
  const before = childOf(tree, key)
  const after = replaceAt(before, path, depth + 1, change)
  return after === before ? tree : withChild(tree, key, after)
}

function isSameLeaf(a: Tree, b: Tree): boolean {
  if (a?.kind !== 'leaf' || b?.kind !== 'leaf') return false
  return a.value === b.value && a.priority === b.priority
}
