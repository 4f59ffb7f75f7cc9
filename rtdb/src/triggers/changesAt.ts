import { childOf, entries, hashOf, type Path, type Tree } from '../tree/index.ts'

/** A location that a trigger watches and a write has changed. */
export interface ChangeAt {
  readonly path: Path
  readonly before: Tree
  readonly after: Tree
}

/**
 * The changed locations that a watched path names. Only the written paths are followed, and below
 * them only what differs, so the cost is that of the write and not that of the data.
 */
export function changesAt(
  segments: readonly RegExp[],
  before: Tree,
  after: Tree,
  paths: readonly Path[],
): ChangeAt[] {
  const found = new Map<string, ChangeAt>()
  for (const path of paths) {
    for (const change of below({ path: [], before, after }, segments, path)) {
      found.set(change.path.join('/'), change)
    }
  }
  return [...found.values()]
}

function* below(at: ChangeAt, segments: readonly RegExp[], written: Path): Generator<ChangeAt> {
  if (at.before === at.after) return
  const segment = segments[at.path.length]
  if (segment === undefined) {
    // What was written anew with the same content has not changed.
    if (hashOf(at.before) !== hashOf(at.after)) yield at
    return
  }
  const next = written[at.path.length]
  for (const key of next === undefined ? keysOf(at) : [next]) {
    if (!segment.test(key)) continue
    const path = [...at.path, key]
    const child = { path, before: childOf(at.before, key), after: childOf(at.after, key) }
    yield* below(child, segments, written)
  }
}

function keysOf({ before, after }: ChangeAt): Set<string> {
  const keys = new Set<string>()
  for (const tree of [before, after]) for (const [key] of entries(tree)) keys.add(key)
  return keys
}
