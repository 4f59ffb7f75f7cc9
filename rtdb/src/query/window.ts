import {
  branchOf,
  BY_KEY,
  childCount,
  childOf,
  indexOf,
  sortValueOf,
  withPriorityAt,
} from '../tree/index.ts'
import type { Branch, Node, SortValue, Tree } from '../tree/index.ts'
import { keyComparison } from '../tree/keys.ts'
import { placeOf } from '../tree/order.ts'
import { pairAt, pairsBetween, rankOf } from '../tree/pairs.ts'
import type { Pairs, Place } from '../tree/pairs.ts'
import { noPairs } from '../tree/pairsBuild.ts'
import type { Bound, Query } from './query.ts'

/**
 * What a query finds at one version of a location: a range of ranks in an order that the location
 * keeps anyway, so that a window costs no memory of its own and O(log n) to find.
 */
export interface Window {
  readonly query: Query
  /** The location's node that was queried. */
  readonly tree: Tree
  /** All its children in the query's order. */
  readonly sorted: Pairs<unknown>
  /** The first rank within. */
  readonly from: number
  /** The first rank after. */
  readonly to: number
}

/** Finds what the query asks for among the children of the node; nothing at a leaf. */
export function windowOf(tree: Tree, query: Query): Window {
  const sorted = tree?.kind === 'branch' ? sortedBy(tree, query) : noPairs()
  const low = query.start === null ? 0 : rankOf(sorted, startPlace(query, query.start))
  const high = query.end === null ? sorted.size : rankOf(sorted, endPlace(query, query.end))
  return { query, tree, sorted, ...limited(query, low, Math.max(low, high)) }
}

/** The children within, in the query's order. */
export function* entriesOf(window: Window): Generator<[string, Node], undefined> {
  for (const [key] of pairsBetween(window.sorted, window.from, window.to)) {
    yield [key, childOf(window.tree, key)!]
  }
}

export function sizeOf(window: Window): number {
  return window.to - window.from
}

/** The result as data: the children within, and no priority of their parent, as clients have it. */
export function toTree(window: Window): Tree {
  const isWhole = sizeOf(window) === childCount(window.tree)
  if (isWhole) return window.tree?.kind === 'branch' ? withPriorityAt(window.tree, [], null) : null
  return branchOf(new Map(entriesOf(window)))
}

/** What a read answers: all of the node, or what the query asks for. */
export function resultOf(tree: Tree, query: Query | null): Tree {
  return query ? toTree(windowOf(tree, query)) : tree
}

/** The child if it is within, else null. */
export function memberOf(window: Window, key: string): Tree {
  const node = childOf(window.tree, key)
  if (node === null || sizeOf(window) === 0) return null
  const place = placeAt(window.query, key, sortValueOf(node, window.query.order))
  const [first, last] = [pairAt(window.sorted, window.from)!, pairAt(window.sorted, window.to - 1)!]
  return place(...first) <= 0 && place(...last) >= 0 ? node : null
}

/** How many children of the window's location stand before a pair of its order. */
export function rankIn(window: Window, [key, value]: [string, unknown]): number {
  return rankOf(window.sorted, placeAt(window.query, key, value as SortValue))
}

function sortedBy(branch: Branch, { order }: Query): Pairs<unknown> {
  return order === BY_KEY ? branch.children : indexOf(branch, order)
}

function limited({ limit, from }: Query, low: number, high: number) {
  if (limit === null) return { from: low, to: high }
  return from === 'first'
    ? { from: low, to: Math.min(high, low + limit) }
    : { from: Math.max(low, high - limit), to: high }
}

/** The place of a child, or of a bound, in the query's order. */
function placeAt({ order }: Query, key: string, value: SortValue): Place<unknown> {
  return order === BY_KEY ? keyComparison(key) : (placeOf(key, value) as Place<unknown>)
}

/** The place of the first child within the start. */
function startPlace(query: Query, { key, value, inclusive }: Bound): Place<unknown> {
  const place = placeAt(query, key, value)
  return inclusive ? place : behind(place)
}

/** The place of the first child beyond the end. */
function endPlace(query: Query, { key, value, inclusive }: Bound): Place<unknown> {
  const place = placeAt(query, key, value)
  return inclusive ? behind(place) : place
}

/** Right behind a place: a pair at the place itself counts as before it. */
function behind(place: Place<unknown>): Place<unknown> {
  return (key, value) => (place(key, value) <= 0 ? -1 : 1)
}
