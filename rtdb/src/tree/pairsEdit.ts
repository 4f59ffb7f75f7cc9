import { isAt, lowerBound, partAt } from './pairs.ts'
import type { Pairs, Place } from './pairs.ts'
import { bottomOf, layerOf, LENGTH_MAX, startsOf } from './pairsBuild.ts'

/** Adds the pair, or puts it in the stead of the one at its place. */
export function withPair<V>(pairs: Pairs<V>, place: Place<V>, key: string, value: V): Pairs<V> {
  const made = put(pairs, place, key, value)
  return made.length === 1 ? made[0]! : layerOf(made)
}

/** Removes the pair at the place; the same object is returned if there is none. */
export function withoutPair<V>(pairs: Pairs<V>, place: Place<V>): Pairs<V> {
  const left = drop(pairs, place)
  return left.parts?.length === 1 ? left.parts[0]! : left
}

function put<V>(node: Pairs<V>, place: Place<V>, key: string, value: V): Pairs<V>[] {
  if (node.parts !== null) {
    const at = partAt(node, place)
    const made = put(node.parts[at]!, place, key, value)
    if (made.length === 1) return [withPart(node, node.parts, at, made[0]!)]
    return split(withParts(node, at, 1, made), at)
  }
  const at = lowerBound(node, place)
  if (isAt(node, at, place)) return [bottomOf(node.keys, node.values.with(at, value))]
  const keys = node.keys.toSpliced(at, 0, key)
  return split(bottomOf(keys, node.values.toSpliced(at, 0, value)), at)
}

function drop<V>(node: Pairs<V>, place: Place<V>): Pairs<V> {
  if (node.parts !== null) return dropInPart(node, node.parts, place)
  const at = lowerBound(node, place)
  if (!isAt(node, at, place)) return node
  return bottomOf(node.keys.toSpliced(at, 1), node.values.toSpliced(at, 1))
}

function dropInPart<V>(node: Pairs<V>, parts: readonly Pairs<V>[], place: Place<V>): Pairs<V> {
  const at = partAt(node, place)
  const left = drop(parts[at]!, place)
  if (left === parts[at]) return node
  if (left.keys.length >= LENGTH_MIN) return withParts(node, at, 1, [left])
  // Every layer but the topmost has at least two parts, so there is a neighbour.
  if (at > 0) return withParts(node, at - 1, 2, join(parts[at - 1]!, left))
  return withParts(node, 0, 2, join(left, parts[1]!))
}

/** Neighbours that have become too small for two, as one or, if that were too large, as two. */
function join<V>(first: Pairs<V>, second: Pairs<V>): Pairs<V>[] {
  if (first.parts !== null && second.parts !== null) {
    return split(layerOf([...first.parts, ...second.parts]), 0)
  }
  const keys = [...first.keys, ...second.keys]
  return split(bottomOf(keys, [...first.values, ...second.values]), 0)
}

/** What a removal leaves smaller than this is merged with its neighbour. */
const LENGTH_MIN = 8

/**
 * Cuts what has grown too long. Growth at the end (ascending keys: push IDs, times) leaves the
 * first part three quarters full, because no more will come there; other growth halves it.
 */
function split<V>(node: Pairs<V>, grownAt: number): Pairs<V>[] {
  const { length } = node.keys
  if (length <= LENGTH_MAX) return [node]
  const middle = grownAt >= LENGTH_MAX - 1 ? length - LENGTH_MIN : length >>> 1
  return [range(node, 0, middle), range(node, middle, length)]
}

function range<V>(node: Pairs<V>, from: number, to: number): Pairs<V> {
  if (node.parts !== null) return layerOf(node.parts.slice(from, to))
  return bottomOf(node.keys.slice(from, to), node.values.slice(from, to))
}

/** One part for another, as nearly every write has it. */
function withPart<V>(
  node: Pairs<V>,
  parts: readonly Pairs<V>[],
  at: number,
  part: Pairs<V>,
): Pairs<V> {
  const growth = part.size - parts[at]!.size
  const { keys, values } = node
  const [key, value] = [part.keys[0]!, part.values[0]!]
  return {
    keys: keys[at] === key ? keys : keys.with(at, key),
    values: values[at] === value ? values : values.with(at, value),
    parts: parts.with(at, part),
    starts: shifted(node.starts!, at, growth),
    size: node.size + growth,
  }
}

function withParts<V>(node: Pairs<V>, at: number, count: number, made: Pairs<V>[]): Pairs<V> {
  const keys = made.map((part) => part.keys[0]!)
  const values = made.map((part) => part.values[0]!)
  const parts = node.parts!.toSpliced(at, count, ...made)
  const isOneForOne = count === 1 && made.length === 1
  const growth = isOneForOne ? made[0]!.size - node.parts![at]!.size : NaN
  const starts = isOneForOne ? shifted(node.starts!, at, growth) : startsOf(parts)
  return {
    keys: replaced(node.keys, at, count, keys),
    values: replaced(node.values, at, count, values),
    parts,
    starts,
    size: isOneForOne ? node.size + growth : starts.at(-1)! + parts.at(-1)!.size,
  }
}

/** The starts after one part has grown. */
function shifted(starts: readonly number[], at: number, growth: number): readonly number[] {
  return growth === 0 ? starts : starts.map((start, i) => (i > at ? start + growth : start))
}

/** Most writes are not to a part's first pair and leave the firsts of their layer as they are. */
function replaced<T>(firsts: readonly T[], at: number, count: number, by: T[]): readonly T[] {
  if (count === 1 && by.length === 1 && firsts[at] === by[0]) return firsts
  return firsts.toSpliced(at, count, ...by)
}
