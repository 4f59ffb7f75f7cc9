import { BY_KEY, MAX_KEY, MIN_KEY } from '../tree/index.ts'
import type { Order, Primitive } from '../tree/index.ts'

/** Which children of a location are asked for, as the wire and REST both say it. */
export interface Query {
  readonly order: Order
  readonly start: Bound | null
  readonly end: Bound | null
  /** At most so many, counted from the first or the last within the bounds. */
  readonly limit: number | null
  readonly from: 'first' | 'last'
}

/** A place in the order: a sort value (not used with `.key`) and a key. */
export interface Bound {
  readonly value: Primitive | null
  readonly key: string
  /** Whether a child at exactly that place is within. */
  readonly inclusive: boolean
}

/** Everything, in key order. */
export const EVERYTHING: Query = {
  order: BY_KEY,
  start: null,
  end: null,
  limit: null,
  from: 'first',
}

/** Whether the bounds enclose one value (`equalTo`), with or without one key. */
export function isEqualTo({ order, start, end }: Query): boolean {
  if (start === null || end === null || !start.inclusive || !end.inclusive) return false
  if (order === BY_KEY || start.value !== end.value)
    return order === BY_KEY && start.key === end.key
  return start.key === end.key || (start.key === MIN_KEY && end.key === MAX_KEY)
}
