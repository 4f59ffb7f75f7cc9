import type { Firebase } from './firebaseParts.ts'
import { LatchkeyError } from './latchkeyError.ts'

/**
 * How long to wait before listening again, in ms. Right after the sign-in the database may not have
 * heard of it yet, and then refuses.
 */
const PAUSES_AFTER_DENIAL_MS = [250, 500, 1000]

/**
 * Listens at a path until `read` makes something of what is there. Nothing is left listening.
 * @throws LatchkeyError `drop_unreadable`; `timed_out` when the signal aborts
 */
export async function waitForDrop<T>(
  firebase: Firebase,
  path: string,
  read: (value: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (let denials = 0; ; denials += 1) {
    try {
      return await listenOnce(firebase, path, read, signal)
    } catch (error) {
      const pauseMs = PAUSES_AFTER_DENIAL_MS[denials]
      if (signal.aborted || pauseMs === undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

function listenOnce<T>(
  firebase: Firebase,
  path: string,
  read: (value: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop: () => void = () => undefined
    let isOver = false
    const end = () => {
      isOver = true
      signal.removeEventListener('abort', onAbort)
      stop()
    }
    const onAbort = () => {
      end()
      reject(new LatchkeyError('timed_out'))
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    stop = firebase.listen(
      path,
      (value) => {
        const found = read(value)
        if (found === undefined) return
        end()
        resolve(found)
      },
      (cause) => {
        end()
        reject(new LatchkeyError('drop_unreadable', { cause }))
      },
    )
    // What is in the SDK's own cache is told before `listen` returns.
    if (isOver) stop()
  })
}
