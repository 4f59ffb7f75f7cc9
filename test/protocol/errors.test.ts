import { ERRORS } from '../../protocol/src/index.ts'

/** Codes and statuses are what apps branch on: a change here is a change of the contract. */
const CONTRACT = {
  400: ['invalid_request', 'decryption_failed', 'encryption_required'],
  401: [
    'otp_rejected',
    'login_rejected',
    'invalid_credentials',
    'clock_skew',
    'replayed',
    'key_revoked',
    'key_suspended',
    'key_superseded',
    'key_dormant',
    'attestation_failed',
  ],
  403: ['origin_not_allowed', 'scope_missing'],
  404: ['not_found'],
  405: ['method_not_allowed'],
  409: ['conflict'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  422: ['idempotency_mismatch'],
  429: ['rate_limited', 'sms_budget_exhausted'],
  500: ['internal'],
  502: ['upstream_failed'],
  503: ['unavailable'],
  504: ['upstream_timeout'],
}

test('every code of the contract with its status, and no other', () => {
  const rows = Object.entries(CONTRACT).flatMap(([status, codes]) =>
    codes.map((code) => [code, Number(status)] as const),
  )
  const actual = Object.entries(ERRORS).map(([code, { status }]) => [code, status] as const)
  expect(new Map(actual)).toEqual(new Map(rows))
})

test.each(Object.entries(ERRORS))('%s has a title and a public text', (_, { title, detail }) => {
  expect(title).toMatch(/^[A-Z].*[^.]$/)
  expect(detail).toMatch(/^[A-Z].*\.$/)
})
