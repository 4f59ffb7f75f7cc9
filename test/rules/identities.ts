import { BACKEND_IDENTITY } from '../../functions/src/firebase.ts'

/**
 * Everybody who may try. A token is what Firebase Auth issues, with all its claims; an override is what
 * the Admin SDK tells the database that it is (`databaseAuthVariableOverride`).
 */
export const IDENTITIES = {
  'signed out': null,
  ada: { token: { sub: 'ada', firebase: { sign_in_provider: 'anonymous' } } },
  bob: { token: { sub: 'bob', firebase: { sign_in_provider: 'anonymous' } } },
  /** All that custom claims can do to look like the backend. */
  'the claims of the backend': { token: { sub: 'backend', ...claims(), auth: claims() } },
  /** No sign-in provider has this name; if one had, it would be half of the backend. */
  'the provider of the backend': {
    token: { sub: 'backend', ...claims(), firebase: { sign_in_provider: 'backend-identity' } },
  },
  /** The other half: an Admin SDK with an override of another kind. */
  'the flag of the backend': { override: { ...BACKEND_IDENTITY, provider: 'custom' } },
  'the backend': { override: BACKEND_IDENTITY },
} as const satisfies Record<string, Identity>

export type Who = keyof typeof IDENTITIES

export type Identity =
  null | { readonly token: Token } | { readonly override: Readonly<Record<string, unknown>> }

export interface Token {
  /** The UID. */
  readonly sub: string
  readonly [claim: string]: unknown
}

export const EVERYBODY = Object.keys(IDENTITIES) as Who[]

function claims() {
  const { provider, backend_identity } = BACKEND_IDENTITY
  return { provider, backend_identity, admin: true }
}
