import { availableParallelism } from 'node:os'
import { unavailable, withDeadline } from '../deadline.ts'

/** The line before the work on passwords: few at a time, and nobody waits for nothing. */
export interface PasswordLine {
  /** Works when its turn has come. @throws ApiError `unavailable` when that takes too long */
  enter<T>(work: () => Promise<T>): Promise<T>
  /** Whether one more would be refused: known before anything has been read or written for it. */
  readonly isFull: () => boolean
}

/** Each takes 19 MiB and a core; more at once would only slow each other and everything else. */
const AT_ONCE_MAX = 2

/** Beyond, a login flood would make everybody wait for nothing. */
const WAITING_MAX = 50

/** One core stays for requests, where there is more than one. */
const placesHere = (): number => Math.max(1, Math.min(AT_ONCE_MAX, availableParallelism() - 1))

/**
 * @param waitMs how long one may wait in line
 * @param places how many work at the same time
 */
export function makePasswordLine({
  waitMs,
  places = placesHere(),
}: {
  readonly waitMs: number
  readonly places?: number
}): PasswordLine {
  let working = 0
  const waiting: (() => void)[] = []

  const isFull = (): boolean => waiting.length >= WAITING_MAX

  const turn = async (): Promise<void> => {
    if (working < places) {
      working += 1
      return
    }
    if (isFull()) throw unavailable('password line')
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

  return {
    isFull,
    enter: async (work) => {
      await turn()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
