/** Caps on what is read from a request before anything is known about its sender, in characters. */
export const LIMITS = {
  /** `lk_v` + 9 digits + `_` + 32 + `_` + 32 is 79. */
  apiKeyCharsMax: 79,
  /** A label, six components, six parameters are about 300; the rest is room for extra components. */
  signatureInputCharsMax: 1024,
  /** A label of 64, `=:`, 44 characters of base64 and `:` are 111. */
  signatureCharsMax: 111,
  /** The longest registered media types with a charset stay below 130. */
  contentTypeCharsMax: 256,
  /** `sha-256=:` + 44 + `:` is 54, and no other form is accepted. */
  contentDigestCharsMax: 54,
  /** Any header named as an extra component. */
  extraHeaderCharsMax: 4096,
  /** Path and query together: what old proxies and logs still carry whole. */
  targetCharsMax: 2048,
  labelCharsMax: 64,
} as const
