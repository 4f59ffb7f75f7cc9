import type { Argon2 } from './argon2Threads.ts'
import type { PasswordLine } from './passwordLine.ts'

/** Hashes and checks passwords with argon2id, few at a time. */
export interface Passwords {
  /** A PHC string. @throws ApiError `unavailable` when the line is too long */
  hash(password: string): Promise<string>
  /**
   * Works when the turn of one password has come, which it is given the means to hash. What costs
   * something is done in there: a wait that runs out has then spent nothing.
   * @throws ApiError `unavailable` when the line is too long
   */
  inTurn<T>(work: (hash: (password: string) => Promise<string>) => Promise<T>): Promise<T>
  /** Takes the same time for `null` (there is no such account). @throws ApiError `unavailable` */
  verify(hash: string | null, password: string): Promise<boolean>
}

export function makePasswords({
  line,
  argon2,
}: {
  readonly line: PasswordLine
  readonly argon2: Argon2
}): Passwords {
  const hash = (password: string): Promise<string> => argon2.hash(normalise(password))
  return {
    hash: (password) => line.enter(() => hash(password)),
    inTurn: (work) => line.enter(() => work(hash)),
    verify: async (stored, password) => {
      // Without an account the same work is done, and its result thrown away.
      const against = stored ?? DECOY
      const isRight = await line.enter(() => argon2.verify(against, normalise(password)))
      return isRight && stored !== null
    },
  }
}

/**
 * A hash with the parameters of all others, of a password that nobody kept. A constant: one that is
 * made when it is first needed would cost its first caller twice the time, and tell that there is no
 * account.
 */
const DECOY =
  '$argon2id$v=19$m=19456,t=2,p=1$kyBvYkrzNeAMhWgXPtHzBw$jGmw/3oFzNirpgaDTKMCReE8LM/3VHWExClzQBGek0g'

/** One keyboard composes an accent, another does not (NIST SP 800-63B section 3.1.1.2). */
const normalise = (password: string): string => password.normalize('NFKC')
