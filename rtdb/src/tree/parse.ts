import { sortedBranch } from './branch.ts'
import { nodeAt } from './children.ts'
import { invalidData } from './dataError.ts'
import { legalKeys, sharedKeys } from './keyLists.ts'
import { keyFault } from './keys.ts'
import { LIMITS } from './limits.ts'
import { leafOf, priorityOf } from './node.ts'
import type { Node, Primitive, Priority, Tree } from './node.ts'
import { formatPath } from './path.ts'

export interface ParseContext {
  /** What `{".sv": "timestamp"}` becomes, in Unix milliseconds: one time for a whole operation. */
  readonly now: number
  /** What stands at the place to be written: `{".sv": {"increment": n}}` adds to it. */
  readonly existing?: Tree
  /** How many keys lead to that place; they count towards the depth. */
  readonly keysDepth?: number
}

/**
 * Reads parsed JSON in the export format (`.value`, `.priority`, `.sv`); arrays become objects with
 * index keys; null and empty objects are nothing. Throws a DataError on illegal keys and values.
 */
export function parseTree(
  json: unknown,
  { now, existing = null, keysDepth = 0 }: ParseContext,
): Tree {
  return parseNode(json, { now, existing, keysDepth, trail: [] })
}

/** The parser's place: `trail` holds the keys below the place to be written. */
interface Parsing extends Required<ParseContext> {
  readonly trail: string[]
}

type JsonObject = Readonly<Record<string, unknown>>

function parseNode(json: unknown, at: Parsing): Tree {
  if (json === null) return null
  if (typeof json !== 'object') return leafOf(primitiveOf(json, at))
  if (Array.isArray(json)) return parseChildren(json as unknown as JsonObject, null, at)
  return parseObject(json as JsonObject, at)
}

function parseObject(json: JsonObject, at: Parsing): Tree {
  const priority = Object.hasOwn(json, '.priority') ? priorityFrom(json['.priority'], at) : null
  const isValue = Object.hasOwn(json, '.value')
  if (!isValue && !Object.hasOwn(json, '.sv')) return parseChildren(json, priority, at)
  requireNothingElse(json, isValue ? '.value' : '.sv', at)
  const value = resolve(isValue ? json['.value'] : { '.sv': json['.sv'] }, () => oldValue(at), at)
  return value === null ? null : leafOf(primitiveOf(value, at), priority)
}

function parseChildren(json: JsonObject, priority: Priority, at: Parsing): Tree {
  const keys = legalKeys(childKeys(json), (key) => requireLegal(key, at))
  const nodes = keys.map((key) => parseChild(json[key], key, at))
  if (!nodes.includes(null)) return sortedBranch(keys, nodes as Node[], priority)
  return sortedBranch(
    sharedKeys(keys.filter((_, i) => nodes[i] !== null)),
    nodes.filter((node) => node !== null),
    priority,
  )
}

function childKeys(json: JsonObject): string[] {
  const keys = Object.keys(json)
  return Object.hasOwn(json, '.priority') ? keys.filter((key) => key !== '.priority') : keys
}

function parseChild(json: unknown, key: string, at: Parsing): Tree {
  at.trail.push(key)
  // The check comes before the descent: hostile nesting must not reach the end of the stack.
  if (at.keysDepth + at.trail.length > LIMITS.depthMax) {
    throw fail(`Data is more than ${LIMITS.depthMax} keys deep`, {
      ...at,
      trail: at.trail.slice(0, 3),
    })
  }
  const node = parseNode(json, at)
  at.trail.pop()
  return node
}

function requireLegal(key: string, at: Parsing): void {
  const fault = keyFault(key)
  if (fault !== null) throw fail(`A key ${fault}`, at)
}

function requireNothingElse(json: JsonObject, name: string, at: Parsing): void {
  const other = Object.keys(json).some((key) => key !== name && key !== '.priority')
  if (other) throw fail(`"${name}" stands beside other keys`, at)
}

function priorityFrom(json: unknown, at: Parsing): Priority {
  const value = resolve(json, () => priorityOf(existingAt(at)), at)
  if (value === null) return null
  const priority = primitiveOf(value, at)
  if (typeof priority === 'boolean') throw fail('A priority is neither a number nor a string', at)
  return priority
}

/** A server value as the value that it stands for now; anything else as it is. */
function resolve(json: unknown, old: () => unknown, at: Parsing): unknown {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, '.sv')) return json
  requireNothingElse(json as JsonObject, '.sv', at)
  const name = (json as JsonObject)['.sv']
  if (name === 'timestamp') return at.now
  const step = incrementOf(name)
  if (step === null) throw fail('An unknown server value', at)
  const number = old()
  return typeof number === 'number' ? number + step : step
}

function incrementOf(name: unknown): number | null {
  if (typeof name !== 'object' || name === null) return null
  const { increment } = name as { increment?: unknown }
  return typeof increment === 'number' ? increment : null
}

function existingAt(at: Parsing): Tree {
  return nodeAt(at.existing, at.trail)
}

function oldValue(at: Parsing): Primitive | null {
  const old = existingAt(at)
  return old?.kind === 'leaf' ? old.value : null
}

function primitiveOf(value: unknown, at: Parsing): Primitive {
  if (typeof value === 'boolean') return value
  // Adding 0 makes -0 a 0: clients receive 0 in either case, and would hash another number.
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  if (typeof value !== 'string') throw fail('A value is no string, finite number or boolean', at)
  if (
    value.length * 3 > LIMITS.stringBytesMax &&
    Buffer.byteLength(value) > LIMITS.stringBytesMax
  ) {
    throw fail(`A string is longer than ${LIMITS.stringBytesMax} bytes`, at)
  }
  return value
}

function fail(what: string, at: Parsing) {
  return invalidData(`${what}, at ${formatPath(at.trail)}.`)
}
