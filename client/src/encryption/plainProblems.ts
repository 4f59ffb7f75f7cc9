import type { ErrorCode } from '@latchkey/protocol'

/**
 * The refusals that the service makes before it has decrypted anything, or when it cannot encrypt: they come
 * in the clear, tell nothing of a body, and whoever forges one has kept a call from being answered, which he
 * can in any case. All others are of an endpoint's own making, and come encrypted.
 */
const CODES: readonly ErrorCode[] = [
  // Path, headers, body as they were sent.
  'invalid_request',
  'not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'decryption_failed',
  'encryption_required',
  // Who and what calls. The time that `clock_skew` tells has a MAC of its own.
  'invalid_credentials',
  'clock_skew',
  'replayed',
  'key_revoked',
  'key_suspended',
  'key_superseded',
  'key_dormant',
  'attestation_failed',
  'origin_not_allowed',
  'scope_missing',
  'rate_limited',
  // A part of the service, encryption itself perhaps, does not work.
  'internal',
  'unavailable',
]

/** Whether an answer in the clear may be believed to be one. The answer itself stays readable. */
export async function isPlainProblem(answer: Response): Promise<boolean> {
  const type = answer.headers.get('Content-Type')
  if (answer.ok || !type?.startsWith('application/problem+json')) return false
  try {
    const problem = (await answer.clone().json()) as { readonly code?: unknown } | null
    return (CODES as readonly unknown[]).includes(problem?.code)
  } catch {
    return false
  }
}
