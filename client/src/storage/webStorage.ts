import type { LatchkeyStorage } from './storage.ts'
import { textStorage } from './textStorage.ts'

/**
 * Keeps the key in `localStorage`. Any script on the page can read it there: `indexedDbStorage` is better
 * where there is one.
 * @param name the entry's name: one for each service that the page calls
 */
export function webStorage(
  name = 'latchkey',
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage,
): LatchkeyStorage {
  return textStorage({
    get: () => storage.getItem(name),
    set: (text) => storage.setItem(name, text),
    remove: () => storage.removeItem(name),
    lockName: `latchkey ${name}`,
  })
}
