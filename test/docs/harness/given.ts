/**
 * What the pages' code takes as given, and packages that are not installed here, as they document
 * themselves. A text, so that its globals are those of the pages alone.
 */
export const GIVEN = `
declare const app: import('firebase/app').FirebaseApp
declare const baseUrl: string
declare const running: import('../../../scripts/local/running.ts').Running
declare const phone: string
declare const password: string
declare const customToken: string
declare const credential: { apiKey: string; hmacSecret: string }
type Upstream = import('../../../functions/src/gateway/upstream.ts').Upstream

declare module '@react-native-firebase/auth' {
  export interface Auth {
    readonly currentUser: User | null
  }
  export interface User {
    readonly uid: string
    getIdToken(): Promise<string>
  }
  export function getAuth(): Auth
  export function signInAnonymously(auth: Auth): Promise<{ readonly user: User }>
}

declare module '@react-native-firebase/database' {
  export interface Database {
    readonly app: object
  }
  export interface Reference {
    readonly key: string | null
  }
  export function getDatabase(): Database
  export function ref(database: Database, path?: string): Reference
  export function onValue(
    reference: Reference,
    callback: (snapshot: { val(): unknown }) => unknown,
    cancel?: (error: Error) => void,
  ): () => void
}

declare module 'react-native-keychain' {
  export const ACCESSIBLE: {
    readonly AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: 'AccessibleAfterFirstUnlockThisDeviceOnly'
  }
  export function getGenericPassword(options: {
    service: string
  }): Promise<false | { readonly username: string; readonly password: string }>
  export function setGenericPassword(
    username: string,
    password: string,
    options: { service: string; accessible: string },
  ): Promise<unknown>
  export function resetGenericPassword(options: { service: string }): Promise<boolean>
}
`
