import { ApiError } from './http/apiError.ts'

/** Long enough for a reconnection, short enough that a person still waits. */
const RETRY_AFTER_SECONDS = 2

/**
 * Gives up waiting after `ms`: Firebase's SDKs never settle when their server cannot be reached.
 * The operation itself cannot be taken back; it may still happen later.
 * @throws ApiError `unavailable`, naming the part in the log
 */
export async function withDeadline<T>(part: string, ms: number, operation: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_, reject) => {
    // Cloud Functions takes the CPU away between requests. Afterwards the time is over before an answer
    // that has come meanwhile was looked at: it has one more turn.
    timer = setTimeout(() => setImmediate(() => reject(unavailable(part))), ms)
  })
  try {
    return await Promise.race([operation, expiry])
  } finally {
    clearTimeout(timer)
  }
}

/** A part of the service that did not answer, or not in time. */
export function unavailable(part: string): ApiError {
  const detail = `${part} did not answer`
  return new ApiError('unavailable', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS })
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unavailable'
}

/** For what may as well not be done, or be done by somebody later. @throws any other error */
export function ignoreUnavailable<T>(error: unknown, instead: T): T {
  if (isUnavailable(error)) return instead
  throw error
}
