import type { Kept, LatchkeyStorage } from './storage.ts'

/** Keeps nothing beyond this run of the program: for tests and for servers. */
export function memoryStorage(): LatchkeyStorage {
  let kept: Kept | null = null
  return {
    read: () => Promise.resolve(kept),
    write: (next) => {
      kept = next
      return Promise.resolve()
    },
    remove: () => {
      kept = null
      return Promise.resolve()
    },
    holdsKeys: true,
  }
}
