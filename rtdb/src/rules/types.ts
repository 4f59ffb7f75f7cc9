import type { Run } from './scope.ts'
import { forbidden } from './sourceError.ts'

/**
 * The static type of a part of an expression. `primitive` and `any` are only known when the rule runs: `primitive` is what
 * `val()` gives (string, number, boolean or null), `any` a claim of `auth`, which may also be an object.
 */
export type Type =
  'boolean' | 'string' | 'number' | 'null' | 'primitive' | 'any' | 'Snapshot' | 'Query' | 'RegExp'

/** A part of an expression, checked and ready to run. */
export interface Compiled {
  readonly type: Type
  readonly run: Run
}

/** Whether a part of static type `type` may turn out to be a `wanted`. */
export function canBe(type: Type, wanted: Type): boolean {
  return type === wanted || type === 'any' || (type === 'primitive' && isPrimitive(wanted))
}

/** The type of something that is one of two; null where the language has none. */
export function commonType(a: Type, b: Type): Type | null {
  if (a === b) return a
  if (isPrimitive(a) && isPrimitive(b)) return 'primitive'
  const json = (type: Type) => type === 'any' || isPrimitive(type)
  return json(a) && json(b) ? 'any' : null
}

/** Refuses the rules file unless `type` may be one of `wanted`. */
export function demand(at: number, what: string, wanted: readonly Type[], type: Type): void {
  if (wanted.some((each) => canBe(type, each))) return
  const list = wanted.map(named).join(' or ')
  throw forbidden(at, `${what} must be ${list}, but it is ${named(type)}.`)
}

/** Boolean operands must be so statically: a claim or a value has to be compared, as in `auth.admin === true`. */
export function demandBoolean(at: number, what: string, type: Type): void {
  if (type === 'boolean') return
  const hint = canBe(type, 'boolean') ? '; compare it, as in … === true' : ''
  throw forbidden(at, `${what} must be a boolean, but it is ${named(type)}${hint}.`)
}

export function named(type: Type): string {
  return names[type]
}

const names: Record<Type, string> = {
  boolean: 'a boolean',
  string: 'a string',
  number: 'a number',
  null: 'null',
  primitive: 'a value of unknown type',
  any: 'a claim of unknown type',
  Snapshot: 'a snapshot (use val() or exists())',
  Query: 'the query',
  RegExp: 'a regular expression',
}

function isPrimitive(type: Type): boolean {
  return ['string', 'number', 'boolean', 'null', 'primitive'].includes(type)
}
