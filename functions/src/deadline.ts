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
    timer = setTimeout(() => {
      const detail = `${part} did not answer in time`
      reject(new ApiError('unavailable', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS }))
    }, ms)
  })
  try {
    return await Promise.race([operation, expiry])
  } finally {
    clearTimeout(timer)
  }
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unavailable'
}
