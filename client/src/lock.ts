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
    const run = async () => {
      const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks
      if (name === undefined || locks === undefined) return work()
      let isHeld = false
      try {
        return await locks.request(name, signal ? { signal } : {}, () => {
          isHeld = true
          return work()
        })
      } catch (error) {
        if (isHeld || signal?.aborted) throw error
        // The API can be there and refuse, as in a frame without an origin: nothing is shared there.
        return work()
      }
    }
    const done = last.then(run)
    last = done.catch(() => undefined)
    return done
  }
}
