/** Runs one at a time what must not overlap. */
export type Lock = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/**
 * A lock for this program, and with a name for all tabs and workers of this origin where the browser
 * has the Web Locks API. It is freed when a tab is closed.
 * @param name only for what the tabs share
 */
export function makeLock(name?: string): Lock {
  let last: Promise<unknown> = Promise.resolve()
  return (work, signal) => {
    const run = () => {
      const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks
      if (name === undefined || locks === undefined) return work()
      return locks.request(name, signal ? { signal } : {}, work)
    }
    const done = last.then(run)
    last = done.catch(() => undefined)
    return done
  }
}
