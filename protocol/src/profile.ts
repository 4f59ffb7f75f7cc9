/** The fixed values of the RFC 9421 profile, each sent in clear so that a signature says what it is for. */
export const PROFILE = {
  /** RFC 9421 section 2.3 `tag`: keeps a signature made for another application from being used here. */
  tag: 'latchkey',
  /** RFC 9421 section 3.3.3. The only algorithm: nothing to negotiate, nothing to downgrade. */
  algorithm: 'hmac-sha256',
  /** The label our own clients use; a sender may choose another. */
  label: 'lk',
  /** Every canonical path starts with it, see canonicalPath. */
  pathPrefix: '/api',
} as const
