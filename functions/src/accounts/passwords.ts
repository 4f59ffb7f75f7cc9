import { withDeadline, unavailable } from '../deadline.ts'

/** Hashes and checks passwords with argon2id, few at a time. */
export interface Passwords {
  /** A PHC string. @throws ApiError `unavailable` when the line is too long */
  hash(password: string): Promise<string>
  /** Takes the same time for `null` (there is no such account). @throws ApiError `unavailable` */
  verify(hash: string | null, password: string): Promise<boolean>
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. `algorithm` 2 is argon2id. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Each takes 19 MiB and a core; more at once would only slow each other and everything else. */
const AT_ONCE_MAX = 2

/** Beyond, a login flood would make everybody wait for nothing. */
const WAITING_MAX = 50

/** @param waitMs how long one may wait in line */
export function makePasswords({ waitMs }: { readonly waitMs: number }): Passwords {
  const enter = makeLine(waitMs)
  return {
    hash: (password) => enter(async () => (await load()).hash(normalise(password), PARAMETERS)),
    verify: async (stored, password) => {
      // Without an account the same work is done, and its result thrown away.
      const against = stored ?? DECOY
      const isRight = await enter(async () => (await load()).verify(against, normalise(password)))
      return isRight && stored !== null
    },
  }
}

/**
 * A hash with the parameters above, of a password that nobody kept. A constant: one that is made when
 * it is first needed would cost its first caller twice the time, and tell that there is no account.
 */
const DECOY =
  '$argon2id$v=19$m=19456,t=2,p=1$kyBvYkrzNeAMhWgXPtHzBw$jGmw/3oFzNirpgaDTKMCReE8LM/3VHWExClzQBGek0g'

/** One keyboard composes an accent, another does not (NIST SP 800-63B section 3.1.1.2). */
const normalise = (password: string): string => password.normalize('NFKC')

/** The native module is loaded by the first password. */
const load = () => import('@node-rs/argon2')

/** Lets `AT_ONCE_MAX` work at the same time and the rest wait their turn. */
function makeLine(waitMs: number) {
  let working = 0
  const waiting: (() => void)[] = []

  const turn = async (): Promise<void> => {
    if (working < AT_ONCE_MAX) {
      working += 1
      return
    }
    if (waiting.length >= WAITING_MAX) throw unavailable('password line')
    let mine: (() => void) | undefined
    const called = new Promise<void>((resolve) => waiting.push((mine = resolve)))
    try {
      await withDeadline('password line', waitMs, called)
    } catch (error) {
      const at = waiting.indexOf(mine!)
      // Called in the very moment that the wait was over: the place goes on, or it were lost for good.
      if (at < 0) leave()
      else waiting.splice(at, 1)
      throw error
    }
  }

  /** The place of one who is done goes straight to the next in line. */
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) working -= 1
    else next()
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await turn()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
