import type { Kept, LatchkeyStorage } from './storage.ts'

/** The one object store, and the one entry in it. */
const STORE = 'kept'
const ENTRY = 'install'

/**
 * Keeps the secret as a WebCrypto key that cannot be read out: a script that got into the page can sign
 * while it is there, and take nothing away.
 * @param name the database's name: one for each service that the page calls
 */
export function indexedDbStorage(name = 'latchkey', factory = indexedDB): LatchkeyStorage {
  const run = async <T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const database = await open(factory, name)
    try {
      const transaction = database.transaction(STORE, mode)
      const request = work(transaction.objectStore(STORE))
      await ended(transaction)
      return request.result
    } finally {
      // Kept open, it would hold up a tab that deletes the database.
      database.close()
    }
  }
  return {
    read: async () =>
      (await run('readonly', (store) => store.get(ENTRY) as IDBRequest<Kept | undefined>)) ?? null,
    write: async (kept) => void (await run('readwrite', (store) => store.put(kept, ENTRY))),
    remove: async () => void (await run('readwrite', (store) => store.delete(ENTRY))),
    holdsKeys: true,
    lockName: `latchkey ${name}`,
  }
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('open failed'))
    request.onblocked = () => reject(new Error('blocked by another version'))
  })
}

/** Not before its transaction has ended is a value on the disk. */
function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('transaction aborted'))
  })
}
