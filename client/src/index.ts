import { signInAnonymously, type Auth } from 'firebase/auth'
import { onValue, ref, type Database } from 'firebase/database'
import {
  createLatchkey as createCore,
  type DatabaseOption,
  type Latchkey,
  type LatchkeySettings,
} from './core.ts'

export interface LatchkeyOptions extends LatchkeySettings {
  /** The app's own; who is signed in stays so, and nobody is signed in anonymously. */
  readonly auth: Auth
  /** A function where the service has several databases: `(url) => getDatabase(app, url)`. */
  readonly database: DatabaseOption<Database>
}

/**
 * Gives this copy of the app a key of its own, and a `fetch` that signs with it. Nothing is sent before
 * the first call.
 * @throws TypeError for a faulty option, or when there is no WebCrypto
 * @example
 * const latchkey = createLatchkey({ baseUrl: '/api', auth: getAuth(app), database: getDatabase(app) })
 * const response = await latchkey.fetch('/installs/current')
 */
export function createLatchkey(options: LatchkeyOptions): Latchkey {
  return createCore({ ...options, firebase: FIREBASE })
}

const FIREBASE = {
  signInAnonymously,
  // Not `ref` itself: in a program with firebase-admin, its types have a second form, which is inferred.
  ref: (database: Database, path: string) => ref(database, path),
  onValue,
}

export {
  indexedDbStorage,
  LatchkeyError,
  memoryStorage,
  readError,
  textStorage,
  webStorage,
} from './core.ts'
export type {
  Attestation,
  BodyEncryption,
  BodyKeys,
  CallInit,
  Credential,
  DatabaseOption,
  Kept,
  KeyPair,
  Latchkey,
  LatchkeyErrorCode,
  LatchkeyErrorDetails,
  LatchkeySettings,
  LatchkeyStorage,
  Progress,
  Registered,
  SignedCall,
  Step,
  TextPlace,
} from './core.ts'
