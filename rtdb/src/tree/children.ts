import { keyComparison } from './keys.ts'
import type { Node, Path, Tree } from './node.ts'
import { pairsBetween, valueAt } from './pairs.ts'

export function childOf(tree: Tree, key: string): Tree {
  if (tree === null || tree.kind === 'leaf') return null
  return valueAt(tree.children, keyComparison(key)) ?? null
}

export function nodeAt(tree: Tree, path: Path): Tree {
  let node = tree
  for (const key of path) node = childOf(node, key)
  return node
}

/** 0 for leaves and for nothing. */
export function childCount(tree: Tree): number {
  return tree === null || tree.kind === 'leaf' ? 0 : tree.children.size
}

/** The children in key order; none for leaves and for nothing. */
export function entries(tree: Tree): Iterable<[string, Node]> {
  return tree === null || tree.kind === 'leaf' ? [] : pairsBetween(tree.children)
}
