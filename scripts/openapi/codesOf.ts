import type { ErrorCode } from '@latchkey/protocol'
import type { Route } from '../../functions/src/routes.ts'

/** Each route can answer these: origin, target, headers and body come before anything else. */
const OF_EVERY_ROUTE: readonly ErrorCode[] = [
  'invalid_request',
  'origin_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'internal',
  'unavailable',
]

/** What the guard refuses, in the order in which it looks. */
export const OF_SIGNED_ROUTES: readonly ErrorCode[] = [
  'invalid_credentials',
  'clock_skew',
  'key_revoked',
  'key_suspended',
  'key_superseded',
  'key_dormant',
  'replayed',
]

/** What a route can answer because of its guard and its attestation, whatever its handler does. */
export function codesOf({
  guard,
  attest,
  encryption,
}: Pick<Route, 'guard' | 'attest' | 'encryption'>): readonly ErrorCode[] {
  const attested = attest === undefined ? [] : (['attestation_failed'] as const)
  if (guard === 'open') return [...OF_EVERY_ROUTE, ...attested]
  if (guard === 'limited') return [...OF_EVERY_ROUTE, ...attested, 'rate_limited']
  return [
    ...OF_EVERY_ROUTE,
    ...OF_SIGNED_ROUTES,
    ...attested,
    ...(guard.scope === undefined ? [] : (['scope_missing'] as const)),
    'rate_limited',
    ...(encryption === undefined ? [] : OF_ENCRYPTED_BODIES),
  ]
}

const OF_ENCRYPTED_BODIES = ['decryption_failed', 'encryption_required'] as const
