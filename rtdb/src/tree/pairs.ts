/**
 * An immutable sorted sequence of (key, value) pairs with unique places: a B+tree that is changed by
 * copying the path to the change, so that two versions share all the rest. Reading, writing,
 * removing and counting up to a place cost O(log n). `pairsBuild.ts` makes one, `pairsEdit.ts`
 * changes it.
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
  /** How many pairs stand before each part: with it, a rank is found without a look at the parts. */
  readonly starts: readonly number[] | null
  /** Number of pairs, over all parts. */
  readonly size: number
}

/** Where a pair stands to the place sought: negative before it, 0 at it, positive after it. */
export type Place<V> = (key: string, value: V) => number

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
    before += node.starts![at]!
    node = node.parts[at]!
  }
  return before + lowerBound(node, place)
}

/** The pair at a rank, `undefined` outside `0 … size - 1`. */
export function pairAt<V>(pairs: Pairs<V>, rank: number): [string, V] | undefined {
  if (rank < 0 || rank >= pairs.size) return undefined
  let node = pairs
  let at = rank
  while (node.parts !== null) {
    const part = partOfRank(node.starts!, at)
    at -= node.starts![part]!
    node = node.parts[part]!
  }
  return [node.keys[at]!, node.values[at]!]
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

/** The part in which the place lies: the last one that does not begin after it. */
export function partAt<V>(node: Pairs<V>, place: Place<V>): number {
  const at = lowerBound(node, place)
  return at > 0 && !isAt(node, at, place) ? at - 1 : at
}

/** The index of the first pair that is not before the place. */
export function lowerBound<V>(node: Pairs<V>, place: Place<V>): number {
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

export function isAt<V>(node: Pairs<V>, at: number, place: Place<V>): boolean {
  return at < node.keys.length && place(node.keys[at]!, node.values[at]!) === 0
}

/** The bottom nodes that hold ranks from `from` to `to`, each with the rank of its first pair. */
function* bottomsBetween<V>(
  node: Pairs<V>,
  from: number,
  to: number,
  start: number,
): Generator<[Pairs<V>, number], undefined> {
  const { parts, starts } = node
  if (parts === null || starts === null) return void (yield [node, start])
  for (let i = partOfRank(starts, from - start); i < parts.length; i++) {
    const begin = start + starts[i]!
    if (begin >= to) return
    yield* bottomsBetween(parts[i]!, from, to, begin)
  }
}

/** The part that holds a rank: the last one that does not start after it. */
function partOfRank(starts: readonly number[], rank: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (starts[middle]! <= rank) low = middle
    else high = middle - 1
  }
  return low
}
