import type { Node, Tree } from '../tree/index.ts'
import { pairAt, pairsBetween } from '../tree/pairs.ts'
import { entriesOf, memberOf, rankIn, sizeOf, windowOf } from './window.ts'
import type { Window } from './window.ts'

/** Children that entered or changed, with their node, and children that left, with null. */
export type Changes = ReadonlyMap<string, Node | null>

/**
 * A live query's window after its location has become `tree`. `changedKeys` names at least all
 * children that differ; the cost is then O((changed + moved) · log n) whatever the location holds.
 * null says that any child may differ, and compares the two windows whole.
 */
export function advance(
  window: Window,
  tree: Tree,
  changedKeys: Iterable<string> | null,
): { window: Window; changes: Changes } {
  if (tree === window.tree) return { window, changes: new Map() }
  const next = windowOf(tree, window.query)
  const changes = new Map<string, Tree>()
  for (const key of changedKeys ?? keysOfBoth(window, next)) note(changes, key, window, next)
  if (changedKeys !== null) {
    // The other children have kept their order, so the limit moves them in and out at the edges.
    for (const key of beyondEdges(window, next)) note(changes, key, window, next)
    for (const key of beyondEdges(next, window)) note(changes, key, window, next)
  }
  return { window: next, changes }
}

function note(changes: Map<string, Tree>, key: string, window: Window, next: Window): void {
  const now = memberOf(next, key)
  if (now !== memberOf(window, key)) changes.set(key, now)
}

function* keysOfBoth(window: Window, next: Window): Generator<string, undefined> {
  for (const [key] of entriesOf(window)) yield key
  for (const [key] of entriesOf(next)) yield key
}

/** The members of one window that stand before the first or after the last member of the other. */
function* beyondEdges(window: Window, other: Window): Generator<string, undefined> {
  const [first, last] = sizeOf(other) === 0 ? [window.to, window.to] : edgesIn(window, other)
  yield* keysBetween(window, window.from, Math.min(first, window.to))
  yield* keysBetween(window, Math.max(last, window.from), window.to)
}

/** The ranks, in one window's order, of the first and the last member of the other. */
function edgesIn(window: Window, other: Window): [number, number] {
  const rankAt = (rank: number) => rankIn(window, pairAt(other.sorted, rank)!)
  return [rankAt(other.from), rankAt(other.to - 1)]
}

function* keysBetween(window: Window, from: number, to: number): Generator<string, undefined> {
  for (const [key] of pairsBetween(window.sorted, from, to)) yield key
}
