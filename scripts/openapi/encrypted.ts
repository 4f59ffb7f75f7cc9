import { ENCRYPTION } from '@latchkey/protocol'

/** A body as a JWE: of a request, and then, or when it is asked for, of the answer (docs/encryption.md). */
export const ENCRYPTED = {
  [ENCRYPTION.mediaType]: {
    schema: {
      type: 'string' as const,
      pattern: '^[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]*){4}$',
      description: 'The same as JSON, in a compact JWE (RFC 7516).',
    },
  },
}
