/** Who makes the service refuse for it: each cause of oracle.test.ts, each case of the vectors, or both. */
type Seen = 'both' | 'oracle' | 'vectors'

/** The reasons for which the guard refuses a request, as they stand in the log. */
const REASONS: Readonly<Record<string, Seen>> = {
  // Before the signature has verified: one answer for all.
  api_key_forged: 'both',
  api_key_malformed: 'both',
  api_key_missing: 'both',
  components_incomplete: 'both',
  components_unexpected: 'both',
  content_digest_malformed: 'both',
  content_digest_missing: 'both',
  content_digest_without_body: 'both',
  content_type_missing: 'both',
  digest_wrong: 'both',
  key_id_mismatch: 'both',
  signature_input_malformed: 'both',
  signature_input_missing: 'both',
  signature_malformed: 'both',
  signature_missing: 'both',
  signature_wrong: 'both',
  // The vectors are printable, and short.
  header_characters: 'oracle',
  header_too_long: 'oracle',
  // A 400, and what is told only after the signature has verified.
  header_duplicated: 'vectors',
  target: 'vectors',
  expired: 'vectors',
  future: 'vectors',
  stale: 'vectors',
  key_revoked: 'vectors',
  key_superseded: 'vectors',
  key_suspended: 'vectors',
  record_missing: 'vectors',
  replayed: 'vectors',
  scope_missing: 'vectors',
}

/** Sorted. */
export const reasonsSeenBy = (who: Exclude<Seen, 'both'>): string[] =>
  Object.keys(REASONS)
    .filter((reason) => REASONS[reason] === who || REASONS[reason] === 'both')
    .sort()
