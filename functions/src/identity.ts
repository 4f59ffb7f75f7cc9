import { setTimeout as sleep } from 'node:timers/promises'
import type { Auth, UserRecord } from 'firebase-admin/auth'
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
  /**
   * Deletes those who are anonymous: no provider, no email, no phone, and a UID that Firebase made
   * (users of custom tokens look anonymous otherwise, and theirs are the app's own). Gives how many.
   */
  deleteAnonymous(uids: readonly string[]): Promise<number>
}

/** What Firebase Auth takes at a time, and how often it deletes. */
const LOOKUP_MAX = 100
const DELETE_MAX = 1000
const DELETE_EVERY_MS = 1000

const FIREBASE_UID = /^[A-Za-z0-9]{28}$/

/** How long a UID that was not there is not asked for again: a flood that names one UID asks seldom. */
const ABSENT_MS = 5000

/** @throws ApiError `unavailable` from each operation when Auth does not answer in time */
export function connectIdentity(
  app: () => Promise<FirebaseApp>,
  settings: { readonly deadlineMs: number },
): Identity {
  // A user who was there is believed for ten minutes; one who was not may come at any moment.
  const known = new LRUCache<string, true>({ max: 10_000, ttl: 600_000 })
  const absent = new LRUCache<string, true>({ max: 10_000, ttl: ABSENT_MS })

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

  const isThere = async (uid: string): Promise<boolean> => {
    if (known.has(uid)) return true
    const user = await ask((auth) => auth.getUser(uid), isUserFault)
    if (user === null || user.disabled) return false
    known.set(uid, true)
    return true
  }

  const exists = async (uid: string): Promise<boolean> => {
    if (absent.has(uid)) return false
    const found = await isThere(uid)
    if (!found) absent.set(uid, true)
    return found
  }

  const findAnonymous = async (uids: readonly string[]): Promise<string[]> => {
    const found: string[] = []
    const candidates = uids.filter((uid) => FIREBASE_UID.test(uid))
    for (let at = 0; at < candidates.length; at += LOOKUP_MAX) {
      const some = candidates.slice(at, at + LOOKUP_MAX).map((uid) => ({ uid }))
      const { users } = (await ask((auth) => auth.getUsers(some)))!
      found.push(...users.filter(isAnonymous).map(({ uid }) => uid))
    }
    return found
  }

  let nextDeletionAt = 0
  const deleteUsers = async (uids: readonly string[]): Promise<number> => {
    await sleep(Math.max(0, nextDeletionAt - Date.now()))
    nextDeletionAt = Date.now() + DELETE_EVERY_MS
    const { successCount } = (await ask((auth) => auth.deleteUsers([...uids])))!
    for (const uid of uids) known.delete(uid)
    return successCount
  }

  return {
    deleteAnonymous: async (uids) => {
      const anonymous = await findAnonymous(uids)
      let deleted = 0
      for (let at = 0; at < anonymous.length; at += DELETE_MAX) {
        deleted += await deleteUsers(anonymous.slice(at, at + DELETE_MAX))
      }
      return deleted
    },
    verify: async (idToken) =>
      (await ask((auth) => auth.verifyIdToken(idToken), isTokenFault))?.uid ?? null,
    exists,
    customToken: async (uid) => (await ask((auth) => auth.createCustomToken(uid)))!,
    revokeSessions: async (uid) => {
      // Before its first sign-in there is no user, and so nothing to revoke.
      // Not `exists`: sessions may have begun since it was asked.
      if (await isThere(uid)) await ask((auth) => auth.revokeRefreshTokens(uid))
    },
  }
}

const isAnonymous = ({ providerData, email, phoneNumber }: UserRecord): boolean =>
  providerData.length === 0 && email === undefined && phoneNumber === undefined

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
