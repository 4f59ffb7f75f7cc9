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

/** Firebase as the rest of the SDK sees it. */
export interface Firebase {
  /** Keeps the user who is signed in; signs in anonymously when there is none. */
  signIn(): Promise<{ readonly uid: string; readonly idToken: string }>
  listen(
    path: string,
    onValue: (value: unknown) => void,
    onError: (error: Error) => void,
  ): () => void
}

/** @throws LatchkeyError `sign_in_failed` from `signIn` */
export function bindFirebase<Auth extends FirebaseAuth, Database, Reference>(
  auth: Auth,
  database: Database,
  { signInAnonymously, ref, onValue }: FirebaseFunctions<Auth, Database, Reference>,
): Firebase {
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
    listen: (path, onNext, onError) =>
      onValue(ref(database, path), (snapshot) => onNext(snapshot.val()), onError),
  }
}
