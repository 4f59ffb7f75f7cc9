import type { Node, Primitive, Tree } from './node.ts'

/** What a child is sorted by: a leaf's value, null where there is nothing, OBJECT for any branch. */
export type SortValue = Primitive | null | typeof OBJECT

/** All branches are equal in value order, and follow all leaves. */
export const OBJECT: unique symbol = Symbol('object')

/**
 * Value order: null < false < true < numbers < strings (by UTF-16 code units) < objects. It is also
 * the order of priorities, among which there are no booleans and no objects.
 */
export function compareValues(a: SortValue, b: SortValue): number {
  if (a === b) return 0
  const difference = rank(a) - rank(b)
  if (difference !== 0) return difference
  // Equal ranks of unequal values: two numbers or two strings.
  return (a as number) < (b as number) ? -1 : 1
}

export function valueOf(tree: Tree): SortValue {
  if (tree === null) return null
  return tree.kind === 'leaf' ? tree.value : OBJECT
}

/** Priority order of two nodes, without regard to their keys. */
export function comparePriorities(a: Node, b: Node): number {
  return compareValues(a.priority, b.priority)
}

function rank(value: SortValue): number {
  if (value === null) return 0
  if (typeof value === 'boolean') return value ? 2 : 1
  if (typeof value === 'number') return 3
  return typeof value === 'string' ? 4 : 5
}
