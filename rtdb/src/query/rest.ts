import {
  BY_KEY,
  BY_PRIORITY,
  BY_VALUE,
  DataError,
  MAX_KEY,
  MIN_KEY,
  parseOrder,
} from '../tree/index.ts'
import type { Order, Primitive } from '../tree/index.ts'
import type { Bound, Query } from './query.ts'

/**
 * Reads the query parameters of a REST request, whose values are JSON; null if there are none.
 * Throws a DataError with the text for the answer 400.
 */
export function parseRestQuery(parameters: URLSearchParams): Query | null {
  const given = [...CONSTRAINTS, ...LIMITS].filter((name) => parameters.has(name))
  const orderBy = parameters.get('orderBy')
  if (orderBy === null) {
    if (given.length === 0) return null
    throw new DataError('orderBy must be defined when other query parameters are defined')
  }
  refuseTogether(given)
  const order = orderOf(orderBy)
  return { order, ...boundsOf(parameters, order), ...limitOf(parameters) }
}

const CONSTRAINTS = ['startAt', 'startAfter', 'endAt', 'endBefore', 'equalTo'] as const
const LIMITS = ['limitToFirst', 'limitToLast'] as const

/** Pairs of parameters that would contradict each other. */
const EXCLUSIVE = [
  ['limitToFirst', 'limitToLast'],
  ['startAt', 'startAfter'],
  ['endAt', 'endBefore'],
  ...CONSTRAINTS.slice(0, -1).map((name) => ['equalTo', name] as const),
] as const

const FIXED_ORDERS = new Map([
  ['$key', BY_KEY],
  ['$value', BY_VALUE],
  ['$priority', BY_PRIORITY],
])

function refuseTogether(given: readonly string[]): void {
  for (const [one, other] of EXCLUSIVE) {
    if (given.includes(one) && given.includes(other)) {
      throw new DataError(`Only one of ${one} and ${other} may be specified`)
    }
  }
}

function orderOf(orderBy: string): Order {
  const name = parseJson(orderBy)
  if (typeof name !== 'string') throw new DataError(ORDER_INVALID)
  const fixed = FIXED_ORDERS.get(name)
  if (fixed !== undefined) return fixed
  // The wire's spelling of the fixed orders is none of REST's.
  if (name.startsWith('.')) throw new DataError(ORDER_INVALID)
  try {
    return parseOrder(name)
  } catch {
    throw new DataError(ORDER_INVALID)
  }
}

const ORDER_INVALID = 'orderBy must be a valid JSON encoded path'

function boundsOf(parameters: URLSearchParams, order: Order): Pick<Query, 'start' | 'end'> {
  const bound = (name: string, key: string, inclusive: boolean): Bound | null => {
    const text = parameters.get(name)
    return text === null ? null : boundFrom(text, order, key, inclusive)
  }
  return {
    start:
      bound('equalTo', MIN_KEY, true) ??
      bound('startAt', MIN_KEY, true) ??
      bound('startAfter', MAX_KEY, false),
    end:
      bound('equalTo', MAX_KEY, true) ??
      bound('endAt', MAX_KEY, true) ??
      bound('endBefore', MIN_KEY, false),
  }
}

/** `5`, or with the key where it stands among equal values: `5,"b"`. */
function boundFrom(text: string, order: Order, defaultKey: string, inclusive: boolean): Bound {
  const given = parseJson(`[${text}]`)
  const [value, key = defaultKey, ...more] = Array.isArray(given) ? (given as unknown[]) : []
  if (value === undefined || (typeof value === 'object' && value !== null)) {
    throw new DataError('Constraint index field must be a JSON primitive')
  }
  if (typeof key !== 'string' || more.length > 0) {
    throw new DataError(KEY_INVALID)
  }
  if (order !== BY_KEY) return { value: value as Primitive | null, key, inclusive }
  if (typeof value !== 'string') throw new DataError(KEY_INVALID)
  return { value: null, key: value, inclusive }
}

const KEY_INVALID = 'Constraint key field must be a valid key name'

function limitOf(parameters: URLSearchParams): Pick<Query, 'limit' | 'from'> {
  const name = LIMITS.find((name) => parameters.has(name))
  if (name === undefined) return { limit: null, from: 'first' }
  const limit = parseJson(parameters.get(name)!)
  if (!Number.isSafeInteger(limit) || (limit as number) <= 0) {
    throw new DataError(`${name} must be a positive integer`)
  }
  return { limit: limit as number, from: name === 'limitToFirst' ? 'first' : 'last' }
}

/** undefined if it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
