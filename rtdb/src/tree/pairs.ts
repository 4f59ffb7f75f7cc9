/**
 * An immutable sorted sequence of (key, value) pairs with unique places: a B+tree that is changed by
 * copying the path to the change, so that two versions share all the rest. Reading, writing,
 * removing and counting up to a place cost O(log n).
 *
 * It knows no comparator. A caller says where a pair belongs by a `Place`, so that the same
 * structure serves children (by key) and indexes (by sort value, then key).
 */
export interface Pairs<V> {
  /** Keys of the pairs; where there are parts, the first key of each. */
  readonly keys: readonly string[]
  /** Values of the pairs; where there are parts, the first value of each. */
  readonly values: readonly V[]
  /** null in the bottom layer. */
  readonly parts: readonly Pairs<V>[] | null
  /** Number of pairs, over all parts. */
  readonly size: number
}

/** Where a pair stands to the place sought: negative before it, 0 at it, positive after it. */
export type Place<V> = (key: string, value: V) => number

/** Arrays of this length are copied in well under a microsecond, and a million pairs are four layers. */
const LENGTH_MAX = 64
/** What a removal leaves smaller than this is merged with its neighbour. */
const LENGTH_MIN = 16
/** Filling of bulk-built arrays: some room, so that the next insertions do not split every one. */
const LENGTH_BUILT = 56

const EMPTY: Pairs<never> = { keys: [], values: [], parts: null, size: 0 }

export function noPairs(): Pairs<never> {
  return EMPTY
}

/** Builds from pairs that are in order already, in O(n). Takes the arrays over. */
export function buildPairs<V>(keys: readonly string[], values: readonly V[]): Pairs<V> {
  if (keys.length <= LENGTH_MAX) return bottomOf(keys, values)
  let layer = cut(keys.length, (from, to) => bottomOf(keys.slice(from, to), values.slice(from, to)))
  while (layer.length > LENGTH_MAX) {
    const below = layer
    layer = cut(below.length, (from, to) => layerOf(below.slice(from, to)))
  }
  return layerOf(layer)
}

export function valueAt<V>(pairs: Pairs<V>, place: Place<V>): V | undefined {
  let node = pairs
  while (node.parts !== null) node = node.parts[partAt(node, place)]!
  const at = lowerBound(node, place)
  return isAt(node, at, place) ? node.values[at] : undefined
}

/** How many pairs stand before the place. */
export function rankOf<V>(pairs: Pairs<V>, place: Place<V>): number {
  let node = pairs
  let before = 0
  while (node.parts !== null) {
    const at = partAt(node, place)
    for (let i = 0; i < at; i++) before += node.parts[i]!.size
    node = node.parts[at]!
  }
  return before + lowerBound(node, place)
}

/** The pair at a rank, `undefined` outside `0 … size - 1`. */
export function pairAt<V>(pairs: Pairs<V>, rank: number): [string, V] | undefined {
  for (const pair of pairsBetween(pairs, rank, rank + 1)) return pair
  return undefined
}

/** The pairs of the ranks `from` (included) to `to` (excluded). */
export function* pairsBetween<V>(
  pairs: Pairs<V>,
  from = 0,
  to = pairs.size,
): Generator<[string, V], undefined> {
  for (const [bottom, start] of bottomsBetween(pairs, from, to, 0)) {
    const end = Math.min(bottom.size, to - start)
    for (let i = Math.max(0, from - start); i < end; i++) yield [bottom.keys[i]!, bottom.values[i]!]
  }
}

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
    return split(withParts(node, at, 1, put(node.parts[at]!, place, key, value)), at)
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
  const joined: Pairs<V> = {
    keys: [...first.keys, ...second.keys],
    values: [...first.values, ...second.values],
    parts: first.parts && second.parts && [...first.parts, ...second.parts],
    size: first.size + second.size,
  }
  return split(joined, 0)
}

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

function withParts<V>(node: Pairs<V>, at: number, count: number, made: Pairs<V>[]): Pairs<V> {
  const parts = node.parts!
  let size = node.size
  for (let i = at; i < at + count; i++) size -= parts[i]!.size
  for (const part of made) size += part.size
  return {
    keys: replaced(
      node.keys,
      at,
      count,
      made.map((part) => part.keys[0]!),
    ),
    values: replaced(
      node.values,
      at,
      count,
      made.map((part) => part.values[0]!),
    ),
    parts: parts.toSpliced(at, count, ...made),
    size,
  }
}

/** Most writes are not to a part's first pair and leave the firsts of their layer as they are. */
function replaced<T>(firsts: readonly T[], at: number, count: number, by: T[]): readonly T[] {
  if (count === 1 && by.length === 1 && firsts[at] === by[0]) return firsts
  return firsts.toSpliced(at, count, ...by)
}

function bottomOf<V>(keys: readonly string[], values: readonly V[]): Pairs<V> {
  return { keys, values, parts: null, size: keys.length }
}

function layerOf<V>(parts: readonly Pairs<V>[]): Pairs<V> {
  return {
    keys: parts.map((part) => part.keys[0]!),
    values: parts.map((part) => part.values[0]!),
    parts,
    size: parts.reduce((sum, part) => sum + part.size, 0),
  }
}

/** Cuts `0 … length` into even ranges, each between the minimal and the maximal length. */
function cut<V>(length: number, make: (from: number, to: number) => Pairs<V>): Pairs<V>[] {
  const count = Math.ceil(length / LENGTH_BUILT)
  return Array.from({ length: count }, (_, i) =>
    make(Math.floor((i * length) / count), Math.floor(((i + 1) * length) / count)),
  )
}

/** The bottom nodes that hold ranks from `from` to `to`, each with the rank of its first pair. */
function* bottomsBetween<V>(
  node: Pairs<V>,
  from: number,
  to: number,
  start: number,
): Generator<[Pairs<V>, number], undefined> {
  if (to <= start || from >= start + node.size) return
  if (node.parts === null) {
    yield [node, start]
    return
  }
  let next = start
  for (const part of node.parts) {
    yield* bottomsBetween(part, from, to, next)
    next += part.size
  }
}

/** The index of the first pair that is not before the place. */
function lowerBound<V>(node: Pairs<V>, place: Place<V>): number {
  const { keys, values } = node
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (place(keys[middle]!, values[middle]!) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The part in which the place lies: the last one that does not begin after it. */
function partAt<V>(node: Pairs<V>, place: Place<V>): number {
  const at = lowerBound(node, place)
  return at > 0 && !isAt(node, at, place) ? at - 1 : at
}

function isAt<V>(node: Pairs<V>, at: number, place: Place<V>): boolean {
  return at < node.keys.length && place(node.keys[at]!, node.values[at]!) === 0
}
