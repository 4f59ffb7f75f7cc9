import { LatchkeyError } from './latchkeyError.ts'

/**
 * Gives work a time limit; the signal tells it that its time is over.
 * @throws LatchkeyError `timed_out`
 */
export async function withinDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new LatchkeyError('timed_out'))
      controller.abort()
    }, ms)
  })
  try {
    return await Promise.race([late, work(controller.signal)])
  } finally {
    clearTimeout(timer)
  }
}

/** The promise's outcome, or the signal's reason if that aborts first. */
export function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    // A caller's own reason is passed on as it is, like `fetch` does.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
