import { BY_KEY, BY_PRIORITY, DataError, MAX_KEY, MIN_KEY, parseOrder } from '../tree/index.ts'
import type { Primitive } from '../tree/index.ts'
import type { Bound, Query } from './query.ts'

/**
 * Reads the query object of a `q`, `n` or `g` message: sp/sn/sin start, ep/en/ein end, l limit,
 * vf side, i order. Without `i` it is by priority. Throws a DataError if it is none.
 */
export function parseWireQuery(json: unknown): Query {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw fail('not an object')
  const wire = json as WireQuery
  const order = wire.i === undefined ? BY_PRIORITY : parseOrder(text(wire.i, 'i'))
  const byKey = order === BY_KEY
  const start = boundOf(wire, START, byKey)
  const end = boundOf(wire, END, byKey)
  return { order, start, end, limit: limitOf(wire.l), from: sideOf(wire.vf, start) }
}

type WireQuery = Readonly<Partial<Record<string, unknown>>>

/** The three members of a bound, and the key that is meant if none is sent. */
const START = { value: 'sp', key: 'sn', inclusive: 'sin', defaultKey: MIN_KEY }
const END = { value: 'ep', key: 'en', inclusive: 'ein', defaultKey: MAX_KEY }

function boundOf(wire: WireQuery, names: typeof START, byKey: boolean): Bound | null {
  const given = wire[names.value]
  if (given === undefined) return null
  const inclusive = wire[names.inclusive] ?? true
  if (typeof inclusive !== 'boolean') throw fail(`${names.inclusive} is not a boolean`)
  if (byKey) return { value: null, key: text(given, names.value), inclusive }
  const key = text(wire[names.key] ?? names.defaultKey, names.key)
  return { value: primitive(given, names.value), key, inclusive }
}

function limitOf(limit: unknown): number | null {
  if (limit === undefined) return null
  if (!Number.isSafeInteger(limit) || (limit as number) <= 0) {
    throw fail('l is not a positive integer')
  }
  return limit as number
}

/** Old clients send no side with a limit: the first ones are meant if there is a start. */
function sideOf(side: unknown, start: Bound | null): Query['from'] {
  if (side === undefined) return start === null ? 'last' : 'first'
  if (side !== 'l' && side !== 'r') throw fail('vf is neither "l" nor "r"')
  return side === 'l' ? 'first' : 'last'
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw fail(`${name} is not a string`)
  return value
}

function primitive(value: unknown, name: string): Primitive | null {
  if (typeof value === 'object' && value !== null) throw fail(`${name} is an object`)
  return value as Primitive | null
}

function fail(reason: string): DataError {
  return new DataError(`Invalid query: ${reason}`)
}
