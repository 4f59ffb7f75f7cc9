import type { Auth } from './rules/index.ts'
import { Refusal } from './refusal.ts'

/** Whom a request speaks for: the owner, whom no rule binds, or somebody whom the rules judge. */
export type Identity =
  { readonly admin: true } | { readonly admin: false; readonly auth: Auth | null }

export const owner: Identity = { admin: true }
export const nobody: Identity = { admin: false, auth: null }

/** The identity that a credential proves: `owner`, or an unsigned ID token as the Auth emulator and test SDKs make them. */
export function identify(credential: string): Identity {
  return credential === 'owner' ? owner : { admin: false, auth: authOf(credential) }
}

/**
 * The owner may ask to be judged by the rules as somebody else (an object) or as nobody (null).
 * Anyone else's override is ignored: it must never lift an identity.
 */
export function actAs(identity: Identity, override: unknown): Identity {
  if (!identity.admin || override === undefined) return identity
  if (override === null) return nobody
  if (typeof override !== 'object' || Array.isArray(override)) throw new Refusal('invalid_token')
  return { admin: false, auth: override as Auth }
}

/**
 * Reads an unsigned JSON Web Token. Its expiry is not checked: tokens made for tests have `iat` 0 and `exp` 3600.
 * Signed tokens are refused, because their signature would not be verified here.
 */
function authOf(token: string): Auth {
  const [header, payload, signature, ...more] = token.split('.')
  const claims = claimsOf(payload)
  const unsigned = claimsOf(header)?.['alg'] === 'none' && signature === '' && more.length === 0
  const uid = claims?.['sub'] ?? claims?.['user_id']
  if (!unsigned || !claims || typeof uid !== 'string' || uid === '') {
    throw new Refusal('invalid_token')
  }
  return { uid, provider: providerOf(claims), token: claims }
}

function claimsOf(part: string | undefined): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    return isObject(claims) ? claims : null
  } catch {
    return null
  }
}

/** Rules know providers by their short names: `google`, not `google.com`. */
function providerOf(claims: Record<string, unknown>): string {
  const firebase = claims['firebase']
  const named = isObject(firebase) ? firebase['sign_in_provider'] : undefined
  const provider = named ?? claims['provider_id']
  return typeof provider === 'string' ? provider.replace(/\.com$/, '') : 'custom'
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
