import { Refusal } from './refusal.ts'
import {
  DataError,
  nodeAt,
  parseTree,
  parseWritePath,
  withNodeAt,
  withPriorityAt,
  type Path,
  type Priority,
  type Tree,
} from './tree/index.ts'

/** One location that a write replaces, with the JSON that the client sent for it. */
export interface Change {
  readonly path: Path
  /** `priority` when the client named `<path>/.priority`: the node's value stays. */
  readonly target: 'node' | 'priority'
  readonly value: unknown
}

/** The change that sets `value` at a path such as `/a/b` or `/a/b/.priority`. */
export function parseChange(pathText: string, value: unknown): Change {
  const { path, isPriority } = parseWritePath(pathText)
  return { path, target: isPriority ? 'priority' : 'node', value }
}

/** The changes of a multi-path update: values by path below `base`, none of them inside another. */
export function parseUpdate(base: string, values: unknown): Change[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new Refusal('invalid_data', "Invalid data; couldn't parse JSON object.")
  }
  const changes = Object.entries(values).map(([path, value]) =>
    parseChange(`${base}/${path}`, value),
  )
  refuseNested(changes)
  return changes
}

/**
 * The tree after all changes. Server values are resolved with `now` (milliseconds) and with the data before the write.
 * Throws DataError for anything that cannot be stored.
 */
export function applyChanges(root: Tree, changes: readonly Change[], now: number): Tree {
  let next = root
  for (const siblings of runsOfSiblings(changes)) {
    const parent = parentOf(siblings[0]!)
    let node = nodeAt(next, parent)
    for (const { path, target, value } of siblings) {
      const existing = nodeAt(root, path)
      const way = path.slice(parent.length)
      node =
        target === 'node'
          ? withNodeAt(node, way, parseTree(value, { now, existing, keysDepth: path.length }))
          : withPriorityAt(node, way, parsePriority(value, now, existing))
    }
    next = withNodeAt(next, parent, node)
  }
  return next
}

/** Changes of one parent that follow each other, as a record's do: the way to it is copied once for all. */
function* runsOfSiblings(changes: readonly Change[]): Generator<readonly Change[]> {
  let from = 0
  for (let to = 1; to <= changes.length; to++) {
    if (to < changes.length && areSiblings(changes[from]!, changes[to]!)) continue
    yield changes.slice(from, to)
    from = to
  }
}

const parentOf = ({ path }: Change): Path => path.slice(0, -1)

function areSiblings(one: Change, other: Change): boolean {
  const { length } = one.path
  if (length !== other.path.length) return false
  for (let at = 0; at < length - 1; at++) if (one.path[at] !== other.path[at]) return false
  return length > 0
}

/** A priority takes the same JSON as a leaf, server values included. */
function parsePriority(value: unknown, now: number, existing: Tree): Priority {
  const before: Tree =
    existing === null || existing.priority === null
      ? null
      : { kind: 'leaf', value: existing.priority, priority: null }
  const parsed = parseTree(value, { now, existing: before })
  if (parsed === null) return null
  if (parsed.kind !== 'leaf' || typeof parsed.value === 'boolean') {
    throw new DataError('Invalid priority: it must be a string, a number or null.')
  }
  return parsed.value
}

/** In one update a location and something inside it would contradict each other. */
function refuseNested(changes: readonly Change[]): void {
  const nodes = changes.filter(({ target }) => target === 'node')
  const written = new Set(nodes.map(({ path }) => keyOf(path)))
  for (const { path } of nodes) {
    for (let length = 0; length < path.length; length++) {
      if (!written.has(keyOf(path.slice(0, length)))) continue
      throw new Refusal('invalid_data', `Path '/${path.join('/')}' lies inside another one.`)
    }
  }
}

/** Keys hold no slash, so this names a path uniquely. */
const keyOf = (path: Path): string => path.join('/')
