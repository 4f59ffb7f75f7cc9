import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { JWTPayload, ProtectedHeaderParameters } from 'jose'
import type { RefusalReason } from './attestation.ts'

/** A JWS in compact form (RFC 7515 section 7.1), read and not verified. */
export interface Jwt {
  readonly header: ProtectedHeaderParameters
  readonly claims: JWTPayload
  /** What the signature is over. */
  readonly signed: Buffer
  readonly signature: Buffer
}

/** Three parts of base64url. App Check's tokens have 900 characters, Approov's 300 to 1000. */
const COMPACT = /^[A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]{1,4096}\.[A-Za-z0-9_-]{16,1024}$/

/** How far the provider's clock may be ahead of ours, in seconds. */
const AHEAD_SECONDS = 60

/** Null for what is none. */
export function readJwt(token: string): Jwt | null {
  if (!COMPACT.test(token)) return null
  try {
    const header = decodeProtectedHeader(token)
    // RFC 7515 section 4.1.11: a header that must be understood, and is not.
    if (header.crit !== undefined) return null
    const dot = token.lastIndexOf('.')
    return {
      header,
      claims: decodeJwt(token),
      signed: Buffer.from(token.slice(0, dot), 'latin1'),
      signature: Buffer.from(token.slice(dot + 1), 'base64url'),
    }
  } catch {
    return null
  }
}

/** Why the token is not good now, if so. Without an end it would be good for ever: refused. */
export function judgeTimes(
  { exp, nbf, iat }: JWTPayload,
  nowMs: number,
): RefusalReason | undefined {
  const nowSeconds = Math.floor(nowMs / 1000)
  if (typeof exp !== 'number' || nowSeconds >= exp) return 'expired'
  for (const start of [nbf, iat]) {
    if (start === undefined) continue
    if (typeof start !== 'number' || start > nowSeconds + AHEAD_SECONDS) return 'not_yet_valid'
  }
  return undefined
}
