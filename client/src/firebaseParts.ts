import { LatchkeyError } from './latchkeyError.ts'

export interface FirebaseUser {
  readonly uid: string
  getIdToken(): Promise<string>
}

export interface FirebaseAuth {
  readonly currentUser: FirebaseUser | null
  /** Waits until a user of an earlier start is found again. */
  authStateReady?(): Promise<void>
}

/**
 * The functions of Firebase that the SDK calls: those of `firebase/auth` and `firebase/database`, or of
 * React Native Firebase, which has the same.
 */
export interface FirebaseFunctions<Auth, Database, Reference> {
  readonly signInAnonymously: (auth: NoInfer<Auth>) => Promise<{ readonly user: FirebaseUser }>
  readonly ref: (database: NoInfer<Database>, path: string) => Reference
  /** Answers the function that ends the listening. */
  readonly onValue: (
    reference: NoInfer<Reference>,
    onValue: (snapshot: { val(): unknown }) => void,
    onError: (error: Error) => void,
  ) => () => void
}

/** The app's database; or, for a service with several, what makes one of the URL that the service tells. */
export type DatabaseOption<Database> = Database | ((url: string) => Database)

/** Listens in a database; answers the function that ends the listening. */
export type Listen = (
  path: string,
  onValue: (value: unknown) => void,
  onError: (error: Error) => void,
) => () => void

/** Firebase as the rest of the SDK sees it. */
export interface Firebase {
  /** Keeps the user who is signed in; signs in anonymously when there is none. */
  signIn(): Promise<{ readonly uid: string; readonly idToken: string }>
  /** How to listen for drops; undefined where the app wants to be told a URL, and this is none. */
  listenAt(url: unknown): Listen | undefined
}

/** @throws LatchkeyError `sign_in_failed` from `signIn` */
export function bindFirebase<Auth extends FirebaseAuth, Database, Reference>(
  auth: Auth,
  database: DatabaseOption<Database>,
  { signInAnonymously, ref, onValue }: FirebaseFunctions<Auth, Database, Reference>,
): Firebase {
  const listenIn =
    (own: Database): Listen =>
    (path, onNext, onError) =>
      onValue(ref(own, path), (snapshot) => onNext(snapshot.val()), onError)
  return {
    signIn: async () => {
      try {
        await auth.authStateReady?.()
        const user = auth.currentUser ?? (await signInAnonymously(auth)).user
        return { uid: user.uid, idToken: await user.getIdToken() }
      } catch (cause) {
        throw new LatchkeyError('sign_in_failed', { cause })
      }
    },
    listenAt: (url) => {
      if (typeof database !== 'function') return listenIn(database)
      const open = database as (url: string) => Database
      return typeof url === 'string' ? listenIn(open(url)) : undefined
    },
  }
}
