import type { Listener } from './listener.ts'
import { PathIndex } from './pathIndex.ts'
import type { Grounds } from './rules/index.ts'
import { nodeAt, type Path, type Tree } from './tree/index.ts'

/** One write: the data before and after it, the written paths, and where it was rooted if it was an update. */
export interface Write {
  readonly before: Tree
  readonly after: Tree
  readonly paths: readonly Path[]
  readonly base: Path | undefined
}

/** Those who listen to a database, found by what a write has changed: its cost is that of the ones concerned. */
export class Audience {
  readonly #byLocation = new PathIndex<Listener>()
  /** By what their permission rests on. */
  readonly #byGrounds = new PathIndex<Listener>()
  /** Every listener, with the paths of its grounds. */
  readonly #grounds = new Map<Listener, readonly Path[]>()

  get all(): Iterable<Listener> {
    return this.#grounds.keys()
  }

  /** Adds a listener, or gives one a new permission. */
  admit(listener: Listener, grounds: Grounds): void {
    this.remove(listener)
    const { path } = listener.request
    // Time passes without a write: such a permission is judged again before its holder is told anything.
    const paths = grounds.clock ? [...grounds.paths, path] : grounds.paths
    this.#grounds.set(listener, paths)
    this.#byLocation.add(path, listener)
    for (const ground of paths) this.#byGrounds.add(ground, listener)
  }

  remove(listener: Listener): void {
    const paths = this.#grounds.get(listener)
    if (paths === undefined) return
    this.#grounds.delete(listener)
    this.#byLocation.remove(listener.request.path, listener)
    for (const ground of paths) this.#byGrounds.remove(ground, listener)
  }

  /** The listeners whose permission may have ended with a write. */
  doubtful({ before, after, paths }: Write): Set<Listener> {
    const doubtful = new Set<Listener>()
    for (const path of paths) {
      this.#byGrounds.visit({ before, after, path }, (listener) => doubtful.add(listener))
    }
    return doubtful
  }

  /**
   * Tells every listener concerned. Those with a tag come first: the SDK applies an untagged change to its query views, too,
   * and might evict a child that the server believes to be still in the window.
   */
  notify(write: Write): void {
    const concerned = [...this.#concerned(write)]
    const inOrder = [
      ...concerned.filter(([listener]) => listener.request.tagged),
      ...concerned.filter(([listener]) => !listener.request.tagged),
    ]
    for (const [listener, paths] of inOrder) {
      const { path } = listener.request
      const here = { before: nodeAt(write.before, path), after: nodeAt(write.after, path) }
      listener.notify({ ...here, paths, base: write.base })
    }
  }

  /** The listeners whose data may have changed, each with the written paths that matter to it. */
  #concerned({ before, after, paths }: Write): Map<Listener, Path[]> {
    const concerned = new Map<Listener, Path[]>()
    for (const path of paths) {
      this.#byLocation.visit({ before, after, path }, (listener) => {
        const written = concerned.get(listener)
        if (written) written.push(path)
        else concerned.set(listener, [path])
      })
    }
    return concerned
  }
}
