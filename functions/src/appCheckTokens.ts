import { withDeadline } from './deadline.ts'
import type { FirebaseApp } from './firebase.ts'

/**
 * Uses an App Check token up at Google; false when it was used before, or is none. The service account
 * needs the role Firebase App Check Token Verifier for it.
 * @throws when Google cannot be asked, or not in time
 */
export function connectAppCheck(
  app: () => Promise<FirebaseApp>,
  { deadlineMs }: { readonly deadlineMs: number },
): (token: string) => Promise<boolean> {
  return async (token) => {
    const appCheck = await (await app()).openAppCheck()
    const answer = appCheck.verifyToken(token, { consume: true }).then(
      // An answer without the word is none: fail closed.
      ({ alreadyConsumed }) => alreadyConsumed === false,
      (error: unknown) => {
        if (isTokenFault(error)) return false
        throw error
      },
    )
    return withDeadline('app check', deadlineMs, answer)
  }
}

/** We have verified it a moment ago, so a fault of the token is that it has expired since. */
const isTokenFault = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'app-check/app-check-token-expired'
