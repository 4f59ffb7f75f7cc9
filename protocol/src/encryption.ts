/** Encrypted bodies: compact JWE (RFC 7516) in a closed profile, which both ends hold each other to. */
export const ENCRYPTION = {
  /** `Content-Type` of a body that is a JWE in compact form, and what `Accept` asks for. */
  mediaType: 'application/jose',
  /** RFC 7518 section 5.3. The only one. */
  enc: 'A256GCM',
  /** RFC 7518 sections 4.3 and 4.6, by the `kty` of the recipient's key. No other is accepted. */
  algs: { RSA: 'RSA-OAEP-256', EC: 'ECDH-ES+A256KW' },
  /** `cty` of what this service takes and answers: media types without `application/` (RFC 7516 section 4.1.12). */
  cty: { json: 'json', problem: 'problem+json' },
} as const

/** The `kid` of the service's own key: of the master secret's version that it is derived from. */
export const serviceKeyId = (masterVersion: number): string => `v${masterVersion}`

/** Every member that the header of a JWE may have. */
export const JWE_HEADER_MEMBERS: ReadonlySet<string> = new Set([
  'alg',
  'enc',
  'kid',
  'cty',
  'typ',
  // RFC 7518 section 4.6.1: ECDH-ES.
  'epk',
  'apu',
  'apv',
])
