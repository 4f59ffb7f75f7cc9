import { LRUCache } from 'lru-cache'
import { unavailable, withDeadline } from './deadline.ts'
import type { FirebaseApp } from './firebase.ts'

/** Firebase Auth as far as issuing needs it. */
export interface Identity {
  /** The UID that a Firebase ID token proves, or null when it proves none. */
  verify(idToken: string): Promise<string | null>
  /** Whether there is a user of this UID. */
  exists(uid: string): Promise<boolean>
}

/** @throws ApiError `unavailable` from each operation when Auth does not answer in time */
export function connectIdentity(
  app: () => Promise<FirebaseApp>,
  settings: { readonly deadlineMs: number },
): Identity {
  // A user who was there is believed for ten minutes; one who was not may come at any moment.
  const known = new LRUCache<string, true>({ max: 10_000, ttl: 600_000 })
  const openAuth = async () => (await app()).openAuth()

  return {
    verify: (idToken) =>
      withDeadline(
        'auth',
        settings.deadlineMs,
        openAuth().then((auth) =>
          auth.verifyIdToken(idToken).then(
            ({ uid }) => uid,
            (error: unknown) => nullFor(error, isTokenFault),
          ),
        ),
      ),
    exists: async (uid) => {
      if (known.has(uid)) return true
      const user = await withDeadline(
        'auth',
        settings.deadlineMs,
        openAuth().then((auth) =>
          auth.getUser(uid).then(
            ({ disabled }) => !disabled,
            (error: unknown) => nullFor(error, isUserFault),
          ),
        ),
      )
      if (user === true) known.set(uid, true)
      return user === true
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
