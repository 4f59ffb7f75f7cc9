import type { KeyObject } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { refuse, type Attestation, type AttestRefusal, type Attestor } from './attestation.ts'
import { judgeTimes, readJwt } from './jwt.ts'
import type { KeySet } from './keySet.ts'
import { isRs256Right } from './rs256.ts'

export interface AppCheckParts {
  readonly keySet: KeySet
  readonly projectNumber: string
  readonly appIds: ReadonlySet<string>
  /** Uses the token up; false when it was used before, or is none. @throws when Google cannot be asked */
  readonly consume: (token: string) => Promise<boolean>
}

/**
 * Firebase App Check (https://firebase.google.com/docs/app-check/custom-resource-backend). Cheap before
 * dear: what could not be right anyway is refused before the signature is looked at.
 */
export function makeAppCheck({ keySet, projectNumber, appIds, consume }: AppCheckParts): Attestor {
  const issuer = `https://firebaseappcheck.googleapis.com/${projectNumber}`
  const audience = `projects/${projectNumber}`

  const judgeClaims = (claims: JWTPayload, nowMs: number) => {
    const { iss, aud, sub } = claims
    if (iss !== issuer) return 'issuer'
    if (!Array.isArray(aud) || !aud.includes(audience)) return 'audience'
    if (typeof sub !== 'string' || !appIds.has(sub)) return 'app'
    return judgeTimes(claims, nowMs)
  }

  const redeem = async (
    token: string,
    attestation: Attestation,
  ): Promise<Attestation | AttestRefusal> => {
    try {
      return (await consume(token)) ? attestation : refuse('used')
    } catch {
      return refuse('unreachable')
    }
  }

  return {
    header: 'x-firebase-appcheck',
    attest: (token, { once }, nowMs) => {
      const jwt = readJwt(token)
      if (jwt === null || jwt.header.typ !== 'JWT') return refuse('malformed')
      const { alg, kid } = jwt.header
      // The one algorithm: a token that asks for HS256 would be verified under a key that everybody has.
      if (alg !== 'RS256') return refuse('algorithm')
      if (typeof kid !== 'string') return refuse('key_unknown')
      const fault = judgeClaims(jwt.claims, nowMs)
      if (fault !== undefined) return refuse(fault)

      const judge = (key: KeyObject | undefined) => {
        if (key === undefined) return refuse('key_unknown')
        if (!isRs256Right(jwt, key)) return refuse('signature_wrong')
        const { sub, jti } = jwt.claims
        const attestation: Attestation = {
          provider: 'app-check',
          appId: sub!,
          level: 'app',
          ...(typeof jti === 'string' && { tokenId: jti }),
        }
        return once ? { redeem: () => redeem(token, attestation) } : attestation
      }
      try {
        const key = keySet.find(kid, nowMs)
        if (!(key instanceof Promise)) return judge(key)
        return key.then(judge, () => refuse('unreachable'))
      } catch {
        return refuse('unreachable')
      }
    },
  }
}
