import {
  bindFirebase,
  type DatabaseOption,
  type FirebaseAuth,
  type FirebaseFunctions,
} from './firebaseParts.ts'
import { makeLatchkey, type Latchkey, type LatchkeySettings } from './latchkey.ts'

export interface LatchkeyCoreOptions<
  Auth extends FirebaseAuth,
  Database,
  Reference,
> extends LatchkeySettings {
  readonly auth: Auth
  /** A function where the service has several databases: `(url) => getDatabase(app, url)`. */
  readonly database: DatabaseOption<Database>
  /** The functions of whichever Firebase SDK `auth` and `database` come from. */
  readonly firebase: FirebaseFunctions<Auth, Database, Reference>
}

/**
 * The SDK without an import of Firebase: for React Native Firebase, and for pages without a bundler.
 * @throws TypeError for a faulty option, or when there is no WebCrypto
 * @example createLatchkey({ baseUrl, auth, database, firebase: { signInAnonymously, ref, onValue } })
 */
export function createLatchkey<Auth extends FirebaseAuth, Database, Reference>({
  auth,
  database,
  firebase,
  ...settings
}: LatchkeyCoreOptions<Auth, Database, Reference>): Latchkey {
  return makeLatchkey(settings, bindFirebase(auth, database, firebase))
}

export type {
  DatabaseOption,
  FirebaseAuth,
  FirebaseFunctions,
  FirebaseUser,
} from './firebaseParts.ts'
export type { Latchkey, LatchkeySettings, Registered } from './latchkey.ts'
export {
  LatchkeyError,
  readError,
  type LatchkeyErrorCode,
  type LatchkeyErrorDetails,
} from './latchkeyError.ts'
export type { Attestation, Progress, Step } from './registration.ts'
export type { BodyEncryption } from './bodyEncryption.ts'
export type { BodyKeys, KeyPair } from './bodyKeys.ts'
export type { CallInit } from './call.ts'
export type { SignedCall } from './signCall.ts'
export type { Credential } from './credential.ts'
export type { Kept, LatchkeyStorage } from './storage/storage.ts'
export { indexedDbStorage } from './storage/indexedDbStorage.ts'
export { memoryStorage } from './storage/memoryStorage.ts'
export { textStorage, type TextPlace } from './storage/textStorage.ts'
export { webStorage } from './storage/webStorage.ts'
