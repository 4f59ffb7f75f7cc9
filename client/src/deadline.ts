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
  const { signal } = controller
  const late = new LatchkeyError('timed_out')
  const timer = setTimeout(() => controller.abort(late), ms)
  try {
    return await unlessAborted(work(signal), signal, late)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The promise's outcome, or the reason if the signal aborts first: the caller's own, as it is, like `fetch`
 * does. React Native's signals keep none.
 */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | null | undefined,
  reason?: Error,
): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const onAbort = () => reject(reason ?? signal.reason ?? abortError())
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** What `fetch` throws, where there is no DOMException. */
const abortError = () => Object.assign(new Error('aborted'), { name: 'AbortError' })
