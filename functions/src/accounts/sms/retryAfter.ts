const SECONDS = /^\d{1,9}$/

/** RFC 9110 section 10.2.3 `Retry-After` (seconds or a date) as ms from now; null if it says neither. */
export function parseRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null
  if (SECONDS.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
