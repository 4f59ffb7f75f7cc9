import { createLatchkey, indexedDbStorage } from '../../../client/src/index.ts'
import { connectFirebase, type EmulatorAddresses } from '../../../scripts/local/firebaseApp.ts'

// An app as it runs in a page: the real SDKs, bundled for browsers and put into the page by the test.

export interface PageApp {
  /** Signed calls at the same time, on a new copy of the app. */
  call(where: EmulatorAddresses, times: number): Promise<PageCall[]>
  /** What of the key a script in the page can get hold of. */
  stolen(): Promise<string>
}

export interface PageCall {
  readonly status: number
  readonly keyId: string
}

const call: PageApp['call'] = async (where, times) => {
  const { auth, database } = connectFirebase(where)
  const storage = indexedDbStorage()
  const latchkey = createLatchkey({ baseUrl: '/api', auth, database, storage })
  return Promise.all(
    Array.from({ length: times }, async () => {
      const response = await latchkey.fetch('/installs/current')
      const { keyId } = (await response.json()) as { keyId: string }
      return { status: response.status, keyId }
    }),
  )
}

/** Every row of every database of the page, and each key that can be exported. */
const stolen: PageApp['stolen'] = async () => {
  const found: unknown[] = []
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name!))
    for (const table of database.objectStoreNames) {
      const rows = await done(database.transaction(table).objectStore(table).getAll())
      found.push(...(rows as unknown[]).filter((row) => /latchkey/i.test(name!) || row))
    }
    database.close()
  }
  const exported = await Promise.all(found.flatMap(keysIn).map(tryExport))
  return JSON.stringify({ found, exported })
}

const keysIn = (value: unknown): CryptoKey[] => {
  if (value instanceof CryptoKey) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(keysIn) : []
}

const tryExport = (key: CryptoKey): Promise<string> =>
  crypto.subtle.exportKey('jwk', key).then(
    (jwk) => JSON.stringify(jwk),
    (error: unknown) => (error as Error).name,
  )

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })

Object.assign(globalThis, { pageApp: { call, stolen } satisfies PageApp })
