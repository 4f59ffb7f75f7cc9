import { carryIndexes } from './indexes.ts'
import { sharedKeys } from './keyLists.ts'
import { keyComparison, sortKeys } from './keys.ts'
import { branchWith } from './node.ts'
import type { Branch, Node, Priority, Tree } from './node.ts'
import type { Pairs } from './pairs.ts'
import { buildPairs } from './pairsBuild.ts'
import { withoutPair, withPair } from './pairsEdit.ts'

/** A branch of the given children, in any order; null if there are none. Keys must differ. */
export function branchOf(
  children: ReadonlyMap<string, Node>,
  priority: Priority = null,
): Branch | null {
  const keys = sharedKeys(sortKeys([...children.keys()]))
  return sortedBranch(
    keys,
    keys.map((key) => children.get(key)!),
    priority,
  )
}

/** A branch of children that are in key order already. Takes the arrays over. */
export function sortedBranch(
  keys: readonly string[],
  nodes: readonly Node[],
  priority: Priority = null,
): Branch | null {
  if (keys.length === 0) return null
  return branchWith(buildPairs(keys, nodes), priority)
}

/** Sets or (null) removes one child. A child makes a leaf a branch, which keeps the priority. */
export function withChild(tree: Tree, key: string, node: Tree): Tree {
  if (tree === null || tree.kind === 'leaf') {
    return node === null ? tree : sortedBranch(sharedKeys([key]), [node], tree?.priority ?? null)
  }
  const children = childrenWith(tree.children, key, node)
  if (children === tree.children) return tree
  if (children.size === 0) return null
  const branch = branchWith(children, tree.priority)
  carryIndexes(tree, branch, key)
  return branch
}

export function withPriority(tree: Tree, priority: Priority): Tree {
  if (tree === null || tree.priority === priority) return tree
  if (tree.kind === 'leaf') return { kind: 'leaf', value: tree.value, priority }
  const branch = branchWith(tree.children, priority)
  branch.indexes = tree.indexes
  return branch
}

function childrenWith(children: Pairs<Node>, key: string, node: Tree): Pairs<Node> {
  const place = keyComparison(key)
  const after = node === null ? withoutPair(children, place) : withPair(children, place, key, node)
  if (after.parts !== null || after.size === children.size) return after
  return { ...after, keys: sharedKeys(after.keys) }
}
