import { entries } from './children.ts'
import type { Json, Node, Tree } from './node.ts'

/** The wire format: objects only, `.value` and `.priority` where there is a priority. */
export function toExport(tree: Tree): Json {
  if (tree === null) return null
  const { priority } = tree
  if (tree.kind === 'leaf') {
    return priority === null ? tree.value : { '.value': tree.value, '.priority': priority }
  }
  const object = objectOf(tree, toExport)
  if (priority !== null) object['.priority'] = priority
  return object
}

/** The format of REST and of `val()`: no priorities; dense integer keys as an array. */
export function toJson(tree: Tree): Json {
  if (tree === null) return null
  if (tree.kind === 'leaf') return tree.value
  const length = arrayLengthOf(tree)
  return length === null ? objectOf(tree, toJson) : arrayOf(tree, length)
}

/** An array's index as a key: no sign, no leading zero. */
const INDEX = /^(?:0|[1-9]\d*)$/

/** The length as an array, or null where a key is no index or more than half would be holes. */
function arrayLengthOf(node: Node): number | null {
  let [count, max] = [0, 0]
  for (const [key] of entries(node)) {
    if (!INDEX.test(key)) return null
    count += 1
    max = Math.max(max, Number(key))
  }
  return max < 2 * count ? max + 1 : null
}

function arrayOf(node: Node, length: number): Json[] {
  const array = new Array<Json>(length).fill(null)
  for (const [key, child] of entries(node)) array[Number(key)] = toJson(child)
  return array
}

function objectOf(node: Node, convert: (node: Node) => Json): { [key: string]: Json } {
  const object: { [key: string]: Json } = {}
  for (const [key, child] of entries(node)) {
    if (key === '__proto__') define(object, key, convert(child))
    else object[key] = convert(child)
  }
  return object
}

/** Assigning to `__proto__` would set the prototype; a legal key must become a member, as in JSON. */
function define(object: object, key: string, value: Json): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}
