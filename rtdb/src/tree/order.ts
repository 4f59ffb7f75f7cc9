import { DataError } from './dataError.ts'
import { nodeAt } from './children.ts'
import { compareKeys, keyComparison } from './keys.ts'
import type { Node, Path } from './node.ts'
import type { Place } from './pairs.ts'
import { parsePath } from './path.ts'
import { compareValues, valueOf } from './values.ts'
import type { SortValue } from './values.ts'

/** What children are ordered by; equal ones, and all with `.key`, are in key order. */
export interface Order {
  /** As `.indexOn` spells it: `.key`, `.value`, `.priority`, or a child path `a/b`. */
  readonly name: string
  /** Below each child, the path to the value; null unless ordered by a child path. */
  readonly path: Path | null
}

export const BY_KEY: Order = { name: '.key', path: null }
export const BY_VALUE: Order = { name: '.value', path: null }
export const BY_PRIORITY: Order = { name: '.priority', path: null }

/** Reads `.key`, `.value`, `.priority` or a child path. Throws a DataError on anything else. */
export function parseOrder(name: string): Order {
  const fixed = [BY_KEY, BY_VALUE, BY_PRIORITY].find((order) => order.name === name)
  if (fixed !== undefined) return fixed
  const path = parsePath(name)
  if (path.length === 0) throw new DataError('Invalid query: no child path to order by')
  return { name: path.join('/'), path }
}

export function sortValueOf(node: Node, order: Order): SortValue {
  if (order.path !== null) return valueOf(nodeAt(node, order.path))
  return order === BY_PRIORITY ? node.priority : order === BY_VALUE ? valueOf(node) : null
}

/** The place of a pair (key, sort value) among others in the same order. */
export function placeOf(key: string, value: SortValue): Place<SortValue> {
  const compareKey = keyComparison(key)
  return (otherKey, otherValue) => compareValues(otherValue, value) || compareKey(otherKey)
}

export function comparePlaces(
  a: readonly [string, SortValue],
  b: readonly [string, SortValue],
): number {
  return compareValues(a[1], b[1]) || compareKeys(a[0], b[0])
}
