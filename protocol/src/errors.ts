/** What the table below says about one error code. */
export interface ErrorEntry {
  readonly status: number
  readonly title: string
  /** The public text: the same for every cause, so that it tells an attacker nothing. */
  readonly detail: string
}

const define = <Code extends string>(table: Readonly<Record<Code, ErrorEntry>>) => table

/** Every error code of the API with its HTTP status and public text (RFC 9457 `title`, `detail`). */
export const ERRORS = define({
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    detail: 'The path, a header or the body is not of the documented form.',
  },
  decryption_failed: {
    status: 400,
    title: 'Decryption failed',
    // One answer for form, header, key and tag: it must not help anybody to decrypt (RFC 7516 section 11.5).
    detail: 'The body is not a JWE that this service can decrypt; see the keys at /api/keys.',
  },
  encryption_required: {
    status: 400,
    title: 'Encryption required',
    detail: 'This endpoint takes encrypted bodies only, from keys that have encryption.',
  },
  otp_rejected: {
    status: 401,
    title: 'One-time password rejected',
    // Wrong, used, expired and never issued look alike, or guessing would be guided.
    detail: 'Ask for a new one, and send that.',
  },
  login_rejected: {
    status: 401,
    title: 'Login rejected',
    // One answer whether the number or the password is wrong.
    detail: 'The number and the password do not belong to an account.',
  },
  invalid_credentials: {
    status: 401,
    title: 'Invalid credentials',
    // One answer for everything before the signature has verified.
    detail: 'The API key or the signature is missing or wrong.',
  },
  clock_skew: {
    status: 401,
    title: 'Clock skew',
    detail:
      'The signature was made too far from the server time; check Server-Time and retry once.',
  },
  replayed: {
    status: 401,
    title: 'Request replayed',
    detail: 'This nonce was used before; sign every request anew.',
  },
  key_revoked: {
    status: 401,
    title: 'Key revoked',
    detail: 'This key was revoked; register the install again.',
  },
  key_suspended: {
    status: 401,
    title: 'Key suspended',
    detail: 'This key is suspended.',
  },
  key_superseded: {
    status: 401,
    title: 'Key superseded',
    detail: 'A newer key was issued for this install; use that one.',
  },
  key_dormant: {
    status: 401,
    title: 'Key dormant',
    detail: 'This key was not used for too long; register the install again.',
  },
  attestation_failed: {
    status: 401,
    title: 'Attestation failed',
    detail: 'The app could not be recognised as genuine.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    detail: 'Pages of this origin may not call this service; its operator lists those that may.',
  },
  scope_missing: {
    status: 403,
    title: 'Scope missing',
    detail: 'This key may not call this endpoint.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing at this path.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This path does not answer to this method; see Allow.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    detail: 'The same operation is still running or its object has changed; retry later.',
  },
  payload_too_large: {
    status: 413,
    title: 'Payload too large',
    detail: 'The body is larger than this endpoint accepts.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'The body must be application/json in UTF-8 without a content encoding.',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'Idempotency key reused',
    detail: 'This Idempotency-Key was used with another body.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    detail: 'A limit was reached; retry after the time in Retry-After.',
  },
  sms_budget_exhausted: {
    status: 429,
    title: 'SMS budget exhausted',
    detail: 'No further text message can be sent now; retry after the time in Retry-After.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong; quote the request ID when you report it.',
  },
  upstream_failed: {
    status: 502,
    title: 'Upstream failed',
    detail: 'The service behind this endpoint gave no usable answer.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'A part of the service did not answer in time; retry after the time in Retry-After.',
  },
  upstream_timeout: {
    status: 504,
    title: 'Upstream timeout',
    detail: 'The service behind this endpoint did not answer in time.',
  },
})

export type ErrorCode = keyof typeof ERRORS
