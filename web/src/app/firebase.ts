import { initializeApp } from 'firebase/app'
import { connectAuthEmulator, inMemoryPersistence, initializeAuth, type Auth } from 'firebase/auth'
import {
  connectDatabaseEmulator,
  forceWebSockets,
  getDatabase,
  type Database,
} from 'firebase/database'
import type { Backend } from './backend.ts'

export interface FirebaseParts {
  readonly auth: Auth
  readonly database: Database
}

/** A Firebase app that forgets its user with the page: each visit plays a new install. */
export function openFirebase({ firebase, local }: Backend, name: string): FirebaseParts {
  // The fallback without WebSockets loads scripts from the database, which the page's policy forbids.
  forceWebSockets()
  const app = initializeApp(firebase, name)
  // Not `getAuth`: that prepares sign-in windows, for which it would load scripts from elsewhere.
  const auth = initializeAuth(app, { persistence: inMemoryPersistence })
  const database = getDatabase(app)
  if (local !== undefined) {
    connectAuthEmulator(auth, `http://${local.authEmulatorHost}`, { disableWarnings: true })
    const [host = '', port] = local.databaseEmulatorHost.split(':')
    connectDatabaseEmulator(database, host, Number(port))
  }
  return { auth, database }
}
