import type { QueryView } from '../query/view.ts'
import { faultAt } from './fault.ts'
import { queryProperties, snapshotMethods, stringMethods } from './members.ts'
import type { Run, Value } from './scope.ts'
import { forbidden } from './sourceError.ts'
import { demand } from './types.ts'
import type { Compiled } from './types.ts'

/** `object.name`, or `object['name']`. */
export function compileProperty(at: number, object: Compiled, name: string): Compiled {
  const { type, run } = object
  if (type === 'any') return { type: 'any', run: (scope) => claim(run(scope), name) }
  if (type === 'Query') return compileQueryProperty(at, run, name)
  if ((type === 'string' || type === 'primitive') && name === 'length')
    return compileLength(at, run)
  throw noSuch(at, object, name)
}

/** `object[key]` with a key that only the running rule knows: for claims alone. */
export function compileElement(at: number, object: Compiled, key: Compiled): Compiled {
  if (object.type !== 'any') {
    throw forbidden(at, 'Only a claim of auth may be read with a computed name.')
  }
  demand(at, 'A computed name', ['string', 'number'], key.type)
  const fault = faultAt(at, 'A computed name must be a string or a number')
  const [runObject, runKey] = [object.run, key.run]
  const run: Run = (scope) => {
    const name = runKey(scope)
    if (typeof name !== 'string' && typeof name !== 'number') return fault(name)
    return claim(runObject(scope), String(name))
  }
  return { type: 'any', run }
}

/** Says whether the name exists but cannot be used so. */
export function noSuch(at: number, { type }: Compiled, name: string): Error {
  const methods: ReadonlySet<string> = new Set(
    type === 'Snapshot'
      ? [...snapshotMethods.keys(), 'parent', 'hasChildren']
      : type === 'string' || type === 'primitive'
        ? stringMethods.keys()
        : [],
  )
  if (methods.has(name)) return forbidden(at, `'${name}' is a method: call it, as in ${name}().`)
  return forbidden(at, `No such method/property '${name}'.`)
}

/** Own properties only: `__proto__` and `constructor` are names like any other and never reach a prototype. */
function claim(value: Value, name: string): Value {
  if (typeof value === 'string') return name === 'length' ? value.length : null
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null
  const found = (value as Record<string, unknown>)[name]
  const isJson = ['string', 'number', 'boolean', 'object'].includes(typeof found)
  return isJson ? (found as Value) : null
}

function compileQueryProperty(at: number, query: Run, name: string): Compiled {
  const property = queryProperties.get(name)
  if (property === undefined) throw forbidden(at, `No such method/property '${name}'.`)
  const { type, read } = property
  return { type, run: (scope) => read(query(scope) as QueryView) }
}

/** The length of null is null, which may be compared with == but not with <. */
function compileLength(at: number, text: Run): Compiled {
  const fault = faultAt(at, 'Only a string has a length: this must be a string')
  const run: Run = (scope) => {
    const value = text(scope)
    if (typeof value === 'string') return value.length
    return value === null ? null : fault(value)
  }
  return { type: 'number', run }
}
