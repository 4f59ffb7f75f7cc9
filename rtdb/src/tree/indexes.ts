import { childOf } from './children.ts'
import type { Branch, Tree } from './node.ts'
import { comparePlaces, placeOf, sortValueOf } from './order.ts'
import type { Order } from './order.ts'
import { pairsBetween } from './pairs.ts'
import type { Pairs } from './pairs.ts'
import { buildPairs } from './pairsBuild.ts'
import { withoutPair, withPair } from './pairsEdit.ts'
import type { SortValue } from './values.ts'

/**
 * The children of a branch as (key, sort value) in an order other than `.key`. The first call sorts
 * them all; from then on the index follows every change of a child in O(log n), see `carryIndexes`.
 */
export function indexOf(branch: Branch, order: Order): Pairs<SortValue> {
  const indexes: Indexes = branch.indexes ?? new Map()
  const { pairs } = indexes.get(order.name) ?? { pairs: buildIndex(branch, order) }
  branch.indexes = withNewest(indexes, { order, pairs })
  return pairs
}

/** Derives the indexes of a branch from those of its predecessor, which differs in one child. */
export function carryIndexes(before: Branch, after: Branch, key: string): void {
  if (before.indexes === null) return
  const [old, now] = [childOf(before, key), childOf(after, key)]
  const carried = new Map<string, Index>()
  for (const [name, index] of before.indexes) carried.set(name, carry(index, key, old, now))
  after.indexes = carried
}

/** By the names of their orders; the one that was used longest ago comes first. */
export type Indexes = ReadonlyMap<string, Index>

/** An index refers to no branch, so an old version goes as soon as nobody holds it. */
interface Index {
  readonly order: Order
  readonly pairs: Pairs<SortValue>
}

/** Bounds what a client can occupy by asking for ever new orders; a location has few in earnest. */
const INDEXES_MAX = 8

function withNewest(indexes: Indexes, newest: Index): Indexes {
  const kept = new Map(indexes)
  kept.delete(newest.order.name)
  if (kept.size >= INDEXES_MAX) kept.delete(kept.keys().next().value!)
  return kept.set(newest.order.name, newest)
}

function buildIndex(branch: Branch, order: Order): Pairs<SortValue> {
  const pairs: [string, SortValue][] = []
  for (const [key, node] of pairsBetween(branch.children)) {
    pairs.push([key, sortValueOf(node, order)])
  }
  pairs.sort(comparePlaces)
  return buildPairs(
    pairs.map(([key]) => key),
    pairs.map(([, value]) => value),
  )
}

function carry(index: Index, key: string, old: Tree, now: Tree): Index {
  const { order } = index
  const oldValue = old && sortValueOf(old, order)
  const newValue = now && sortValueOf(now, order)
  if (old !== null && now !== null && oldValue === newValue) return index
  let { pairs } = index
  if (old !== null) pairs = withoutPair(pairs, placeOf(key, oldValue))
  if (now !== null) pairs = withPair(pairs, placeOf(key, newValue), key, newValue)
  return { order, pairs }
}
