import { parseRetryAfter } from './retryAfter.ts'
import type { SmsAnswer, SmsRequest } from './smsProvider.ts'

/** Ten times the longest documented answer. More is not a provider speaking. */
const ANSWER_BYTES_MAX = 16_384

/**
 * POSTs a request once and reads the answer, all of it within `deadlineMs`.
 * @returns `unreachable` when not a byte was sent, `uncertain` when there is no telling
 */
export async function exchange(
  { url, headers, body }: SmsRequest,
  { deadlineMs, nowMs }: { readonly deadlineMs: number; readonly nowMs: number },
): Promise<SmsAnswer | 'unreachable' | 'uncertain'> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      // An instance sleeps between requests, and a kept connection may have died meanwhile. That
      // shows only after the message is written to it: uncertain, so lost. A fresh one costs 100 ms.
      headers: { ...headers, accept: 'application/json', connection: 'close' },
      body,
      // Not followed: the number, the code and the credential are for the configured host only. A
      // 3xx then counts as what it is, a wrong address; `error` would hide it in a network error.
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return {
      status: response.status,
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), nowMs),
      json: await readJson(response),
    }
  } catch (error) {
    return wasNothingSent(error) ? 'unreachable' : 'uncertain'
  }
}

/** The status alone decides when the body is unusable, so a broken one is no error here. */
async function readJson(response: Response): Promise<SmsAnswer['json']> {
  try {
    const value: unknown = JSON.parse(await readText(response))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** @throws RangeError past the cap; leaving the loop also cancels the stream */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new RangeError('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Failures of the name lookup and of the connection itself; everything later is in doubt. */
function wasNothingSent(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown; syscall?: unknown } }
  return (
    cause?.syscall === 'getaddrinfo' ||
    cause?.syscall === 'connect' ||
    // Of several addresses all failed: that error has no syscall.
    cause?.code === 'ECONNREFUSED' ||
    cause?.code === 'UND_ERR_CONNECT_TIMEOUT'
  )
}
