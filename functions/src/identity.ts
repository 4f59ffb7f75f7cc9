import type { Auth } from 'firebase-admin/auth'
import { LRUCache } from 'lru-cache'
import { unavailable, withDeadline } from './deadline.ts'
import type { FirebaseApp } from './firebase.ts'

/** Firebase Auth as far as issuing needs it. */
export interface Identity {
  /** The UID that a Firebase ID token proves, or null when it proves none. */
  verify(idToken: string): Promise<string | null>
  /** Whether there is a user of this UID. */
  exists(uid: string): Promise<boolean>
  /** A token that an app signs in with as this UID; the user is made when it is first used. */
  customToken(uid: string): Promise<string>
  /** Ends the user's sessions: their ID tokens are not renewed. */
  revokeSessions(uid: string): Promise<void>
}

/** @throws ApiError `unavailable` from each operation when Auth does not answer in time */
export function connectIdentity(
  app: () => Promise<FirebaseApp>,
  settings: { readonly deadlineMs: number },
): Identity {
  // A user who was there is believed for ten minutes; one who was not may come at any moment.
  const known = new LRUCache<string, true>({ max: 10_000, ttl: 600_000 })

  /** The answer, or null for an error that is one. */
  const ask = async <T>(
    question: (auth: Auth) => Promise<T>,
    isExpected: (code: string) => boolean = () => false,
  ): Promise<T | null> => {
    // Loading the SDK takes its time on a small, cold instance, and is no outage.
    const auth = await (await app()).openAuth()
    const answer = question(auth).catch((error: unknown) => nullFor(error, isExpected))
    return withDeadline('auth', settings.deadlineMs, answer)
  }

  const exists = async (uid: string): Promise<boolean> => {
    if (known.has(uid)) return true
    const user = await ask((auth) => auth.getUser(uid), isUserFault)
    if (user === null || user.disabled) return false
    known.set(uid, true)
    return true
  }

  return {
    verify: async (idToken) =>
      (await ask((auth) => auth.verifyIdToken(idToken), isTokenFault))?.uid ?? null,
    exists,
    customToken: async (uid) => (await ask((auth) => auth.createCustomToken(uid)))!,
    revokeSessions: async (uid) => {
      // Before its first sign-in there is no user, and so nothing to revoke.
      if (await exists(uid)) await ask((auth) => auth.revokeRefreshTokens(uid))
    },
  }
}

function nullFor(error: unknown, isExpected: (code: string) => boolean): null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (isExpected(code)) return null
  if (code.startsWith('app/network') || code === 'auth/internal-error') throw unavailable('auth')
  throw error
}

/** The token's own faults; a failure to fetch Google's keys (`auth/internal-error`) is not one. */
const isTokenFault = (code: string): boolean =>
  [
    'auth/argument-error',
    'auth/invalid-argument',
    'auth/id-token-expired',
    'auth/id-token-revoked',
    'auth/invalid-id-token',
    'auth/user-disabled',
    'auth/user-not-found',
  ].includes(code)

const isUserFault = (code: string): boolean =>
  code === 'auth/user-not-found' || code === 'auth/invalid-uid'
