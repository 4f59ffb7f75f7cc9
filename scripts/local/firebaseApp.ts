import { deleteApp, initializeApp } from 'firebase/app'
import { connectAuthEmulator, getAuth, signOut, type Auth } from 'firebase/auth'
import { connectDatabaseEmulator, getDatabase, type Database } from 'firebase/database'
import type { Running } from './running.ts'

/** Where a local run has what an app needs of Firebase. */
export type EmulatorAddresses = Pick<
  Running,
  'projectId' | 'namespace' | 'authEmulatorHost' | 'databaseEmulatorHost'
>

export interface LocalFirebase {
  readonly auth: Auth
  readonly database: Database
  readonly close: () => Promise<void>
}

/**
 * Firebase's SDK as an app has it, on the emulators of a local run. Runs in pages as well.
 * @param name of one that is not the only one in its process
 */
export function connectFirebase(where: EmulatorAddresses, name?: string): LocalFirebase {
  const { projectId, namespace, authEmulatorHost, databaseEmulatorHost } = where
  const databaseURL = `https://${namespace}.firebaseio.com`
  const app = initializeApp({ projectId, apiKey: 'demo', databaseURL }, name)
  const auth = getAuth(app)
  connectAuthEmulator(auth, `http://${authEmulatorHost}`, { disableWarnings: true })
  const database = getDatabase(app)
  const [host = '', port] = databaseEmulatorHost.split(':')
  connectDatabaseEmulator(database, host, Number(port))
  return {
    auth,
    database,
    close: async () => {
      // Or else the SDK's timer to refresh the ID token keeps the process alive for an hour.
      await signOut(auth)
      await deleteApp(app)
    },
  }
}
