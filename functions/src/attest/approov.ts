import { createHash, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { refuse, type Attestor } from './attestation.ts'
import { judgeTimes, readJwt, type Jwt } from './jwt.ts'
import { isRs256Right } from './rs256.ts'

/** The key decides the algorithm, never the token: there is nothing to be confused about. */
export type ApproovKey =
  | { readonly algorithm: 'HS256'; readonly secret: Buffer }
  | { readonly algorithm: 'RS256'; readonly publicKey: KeyObject }

/**
 * Approov (https://approov.io/docs): a JWT for a few minutes. Its `pay` claim holds what the app has bound
 * the token to; on signed routes that is our API key, so that a token cannot be used with another's.
 */
export function makeApproov(key: ApproovKey): Attestor {
  const isRight = (jwt: Jwt): boolean => {
    if (key.algorithm === 'RS256') return isRs256Right(jwt, key.publicKey)
    const mac = createHmac('sha256', key.secret).update(jwt.signed).digest()
    return mac.length === jwt.signature.length && timingSafeEqual(mac, jwt.signature)
  }

  return {
    header: 'approov-token',
    attest: (token, { apiKey }, nowMs) => {
      const jwt = readJwt(token)
      if (jwt === null) return refuse('malformed')
      if (jwt.header.alg !== key.algorithm) return refuse('algorithm')
      const { claims } = jwt
      const fault = judgeTimes(claims, nowMs)
      if (fault !== undefined) return refuse(fault)
      // No secret, so compared as any text is.
      if (apiKey !== undefined && claims['pay'] !== bindingOf(apiKey)) return refuse('other_key')
      if (!isRight(jwt)) return refuse('signature_wrong')
      const { iss, jti } = claims
      return {
        provider: 'approov',
        appId: typeof iss === 'string' && iss !== '' ? iss.slice(0, 128) : 'approov',
        level: 'app',
        ...(typeof jti === 'string' && { tokenId: jti }),
      }
    },
  }
}

/** The `pay` claim of a token that is bound to this header value. */
export const bindingOf = (apiKey: string): string =>
  createHash('sha256').update(apiKey).digest('base64')
