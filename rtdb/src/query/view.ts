import { BY_KEY, BY_PRIORITY, BY_VALUE } from '../tree/index.ts'
import type { Order, Primitive } from '../tree/index.ts'
import { EVERYTHING, isEqualTo } from './query.ts'
import type { Bound, Query } from './query.ts'

/** What the variable `query` of a rule shows. A bound that is absent is null. */
export interface QueryView {
  readonly orderByKey: boolean
  readonly orderByPriority: boolean
  readonly orderByValue: boolean
  readonly orderByChild: string | null
  readonly startAt: Primitive | null
  readonly startAfter: Primitive | null
  readonly endAt: Primitive | null
  readonly endBefore: Primitive | null
  readonly equalTo: Primitive | null
  readonly limitToFirst: number | null
  readonly limitToLast: number | null
}

/** A read without a query counts as one of everything by key. */
export function viewOf(query: Query = EVERYTHING): QueryView {
  const { order, start, end, limit, from } = query
  return {
    orderByKey: order === BY_KEY,
    orderByPriority: order === BY_PRIORITY,
    orderByValue: order === BY_VALUE,
    orderByChild: order.path === null ? null : order.name,
    startAt: shown(order, start, true),
    startAfter: shown(order, start, false),
    endAt: shown(order, end, true),
    endBefore: shown(order, end, false),
    equalTo: isEqualTo(query) ? shown(order, start, true) : null,
    limitToFirst: from === 'first' ? limit : null,
    limitToLast: from === 'last' ? limit : null,
  }
}

function shown(order: Order, bound: Bound | null, inclusive: boolean): Primitive | null {
  if (bound?.inclusive !== inclusive) return null
  return order === BY_KEY ? bound.key : bound.value
}
