import type { Pairs } from './pairs.ts'

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

export function bottomOf<V>(keys: readonly string[], values: readonly V[]): Pairs<V> {
  return { keys, values, parts: null, starts: null, size: keys.length }
}

export function layerOf<V>(parts: readonly Pairs<V>[]): Pairs<V> {
  const keys = parts.map((part) => part.keys[0]!)
  const values = parts.map((part) => part.values[0]!)
  const starts = startsOf(parts)
  return { keys, values, parts, starts, size: starts.at(-1)! + parts.at(-1)!.size }
}

/** How many pairs stand before each part. */
export function startsOf<V>(parts: readonly Pairs<V>[]): number[] {
  let size = 0
  return parts.map((part) => {
    const start = size
    size += part.size
    return start
  })
}

const EMPTY: Pairs<never> = { keys: [], values: [], parts: null, starts: null, size: 0 }

export function noPairs(): Pairs<never> {
  return EMPTY
}

/** A write copies one such array in each layer: a tenth of a microsecond each, and a million pairs are five. */
export const LENGTH_MAX = 32

/** Filling of bulk-built arrays: some room, so that the next insertions do not split every one. */
const LENGTH_BUILT = 28

/** Cuts `0 … length` into even ranges, each between the minimal and the maximal length. */
function cut<V>(length: number, make: (from: number, to: number) => Pairs<V>): Pairs<V>[] {
  const count = Math.ceil(length / LENGTH_BUILT)
  return Array.from({ length: count }, (_, i) =>
    make(Math.floor((i * length) / count), Math.floor(((i + 1) * length) / count)),
  )
}
