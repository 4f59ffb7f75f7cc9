import type { Change } from './changes.ts'
import type { Path } from './tree/index.ts'

/** What one connection asked to be written when it ends, in the order of asking. */
export class OnDisconnect {
  #operations: Change[][] = []

  /** A new operation replaces what was stored at and below each of its paths. */
  add(changes: Change[]): void {
    for (const { path, target } of changes) {
      if (target === 'node') this.cancel(path)
    }
    this.#operations.push(changes)
  }

  /** Forgets what was stored at and below a path. */
  cancel(path: Path): void {
    this.#operations = this.#operations
      .map((changes) => changes.filter((change) => !isWithin(change.path, path)))
      .filter((changes) => changes.length > 0)
  }

  /** The stored operations, each to be written atomically; afterwards none are stored. */
  takeAll(): Change[][] {
    return this.#operations.splice(0)
  }
}

const isWithin = (path: Path, ancestor: Path): boolean =>
  path.length >= ancestor.length && ancestor.every((key, i) => path[i] === key)
