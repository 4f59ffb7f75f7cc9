import { randomUUID } from 'node:crypto'
import type { AppCheck } from 'firebase-admin/app-check'
import type { Auth } from 'firebase-admin/auth'
import type { Database as AdminDatabase } from 'firebase-admin/database'

/** The parts of the Admin SDK, each loaded when it is first asked for. */
export interface FirebaseApp {
  /** One of the project's databases; without a URL the first. */
  openDatabase(url?: string): Promise<AdminDatabase>
  openAuth(): Promise<Auth>
  openAppCheck(): Promise<AppCheck>
  close(): Promise<void>
}

/** The rules know the backend by this; no user's token can look like it. */
export const BACKEND_IDENTITY = {
  uid: 'backend',
  provider: 'backend-identity',
  backend_identity: true,
} as const

/** Starts the Admin SDK under the backend identity, so that the security rules hold for it. */
export async function startFirebase(databaseUrl: string): Promise<FirebaseApp> {
  const { deleteApp, initializeApp } = await import('firebase-admin/app')
  const app = initializeApp(
    { databaseURL: databaseUrl, databaseAuthVariableOverride: BACKEND_IDENTITY },
    // Of one name there is one app: a second service in this process would share its connection.
    `latchkey-${randomUUID()}`,
  )
  return {
    openDatabase: async (url = databaseUrl) => {
      const [{ getDatabaseWithUrl }, { setLogLevel }] = await Promise.all([
        import('firebase-admin/database'),
        import('@firebase/logger'),
      ])
      // The SDK prints a warning for every refused write; a flood of replays would fill the logs.
      setLogLevel('error')
      return getDatabaseWithUrl(url, app)
    },
    openAuth: async () => (await import('firebase-admin/auth')).getAuth(app),
    openAppCheck: async () => (await import('firebase-admin/app-check')).getAppCheck(app),
    close: () => deleteApp(app),
  }
}
