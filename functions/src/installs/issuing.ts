import { formatApiKey } from '@latchkey/protocol'
import type { Install } from './install.ts'
import type { Keyring } from './keyring.ts'
import type { Challenge, InstallStore, Issue, Place, Revocation, Superseded } from './store.ts'

/** What issuing depends on besides its arguments. */
export interface IssuingParts {
  readonly store: InstallStore
  readonly keyring: Keyring
  /** A new UUIDv7 as 32 hex digits. */
  readonly newId: () => string
  /** Unix milliseconds. */
  readonly now: () => number
  readonly settings: {
    readonly defaultScopes: readonly string[]
    readonly credentialPickup: 'remove' | 'keep'
    readonly rotationGraceSeconds: number
    readonly registrationGraceSeconds: number
  }
}

/** Issuing of credentials: challenge, redemption, rotation, revocation. Secrets are only dropped. */
export interface Issuing {
  /**
   * Drops a one-time password for the place. Whether a live one was left as it is, or the UID has too
   * many, is not told: nobody learns about another's registration, or disturbs it, by naming a UID.
   * `full` says nothing about a UID: all callers together have made too many calls in this minute.
   */
  challenge(place: Place, isOwner: boolean): Promise<'done' | 'full'>
  /** Drops a credential for the one caller who brings the place's live code. */
  redeem(place: Place, code: string, isOwner: boolean): Promise<RedeemVerdict>
  /** Drops the successor of an active key. */
  rotate(install: Install): Promise<'issued' | 'conflict'>
  revoke(install: Install, reason: string): Promise<'revoked' | 'conflict'>
}

/** Wrong, used, expired, exhausted and never issued are one verdict: it must not guide a guesser. */
export type RedeemVerdict = 'issued' | 'otp_rejected' | 'key_suspended' | 'full'

/** How long a drop waits for its app. */
const PICKUP_MS = 24 * 60 * 60 * 1000

/** An earlier key that changes while we supersede it is read again, once: a request must end in 10 s. */
const CLAIM_TRIES = 2

/** otplib is loaded by the first registration: signed requests have no use for it. */
const loadTotp = () => import('./totp.ts')

export function makeIssuing(parts: IssuingParts): Issuing {
  const { store, keyring, newId, now, settings } = parts

  const revocation = (reason: string): Revocation => ({ id: newId(), at: now(), reason })

  const supersede = (install: Install, graceSeconds: number): Superseded => ({
    install,
    graceUntil: now() + graceSeconds * 1000,
    revocation: revocation('superseded'),
  })

  const issueFor = ({ uid, slot }: Place, scopes: readonly string[]): Issue => {
    const keyId = newId()
    const createdAt = now()
    const masterVersion = keyring.newestVersion
    const mac = keyring.apiKeyMac(masterVersion, keyId)
    return {
      apiKey: formatApiKey({ masterVersion, keyId, mac }),
      hmacSecret: keyring.hmacSecret(masterVersion, keyId).toString('base64url'),
      install: {
        keyId,
        uid,
        slot,
        status: 'active',
        scopes,
        createdAt,
        lastUsedAt: createdAt,
        masterVersion,
        ...(settings.credentialPickup === 'remove' && { pickupBy: createdAt + PICKUP_MS }),
      },
    }
  }

  const isRightCode = async (challenge: Challenge, code: string): Promise<boolean> => {
    const { verifyTotp } = await loadTotp()
    const { id, expiresAt, masterVersion } = challenge
    if (!keyring.has(masterVersion) || now() >= expiresAt) return false
    return verifyTotp(keyring.totpSecret(masterVersion, id), code, now())
  }

  return {
    challenge: async (place, isOwner) => {
      const { totpCode, totpExpiry } = await loadTotp()
      const createdAt = now()
      const masterVersion = keyring.newestVersion
      const id = newId()
      const code = totpCode(keyring.totpSecret(masterVersion, id), createdAt)
      const challenge = { id, createdAt, expiresAt: totpExpiry(createdAt), masterVersion }
      const verdict = await store.startChallenge(place, challenge, code, isOwner)
      return verdict === 'full' ? 'full' : 'done'
    },

    redeem: async (place, code, isOwner) => {
      const counted = await store.countAttempt(place, isOwner, now())
      if (counted !== 'written') return counted === 'full' ? 'full' : 'otp_rejected'
      const issue = issueFor(place, settings.defaultScopes)
      for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
        const [challenge, earlier] = await Promise.all([
          store.readChallenge(place),
          store.readCurrent(place),
        ])
        if (challenge === null) return 'otp_rejected'
        // We had claimed it, and the acknowledgement was lost with the connection.
        if (challenge.claimedBy === issue.install.keyId) return 'issued'
        if (challenge.claimedBy !== undefined) return 'otp_rejected'
        if (!(await isRightCode(challenge, code))) return 'otp_rejected'
        // To register anew is no way out of a suspension. Only the place's owner, who knows the code, is told.
        if (earlier.some(({ status }) => status === 'suspended')) return 'key_suspended'
        const claimed = await store.claim(
          challenge,
          issue,
          earlier.map((install) => supersede(install, settings.registrationGraceSeconds)),
        )
        if (claimed) return 'issued'
      }
      return 'otp_rejected'
    },

    // The SDK sends a write whose acknowledgement was lost once more, and that one is refused: what is
    // refused may have been done, and is looked up.
    rotate: async (install) => {
      const issue = issueFor(install, install.scopes)
      const earlier = supersede(install, settings.rotationGraceSeconds)
      const issued =
        (await store.rotate(issue, earlier)) || (await store.read(issue.install.keyId)) !== null
      return issued ? 'issued' : 'conflict'
    },

    revoke: async (install, reason) => {
      if (await store.revoke(install, revocation(reason))) return 'revoked'
      const left = await store.read(install.keyId)
      return left === null || left.status === 'revoked' ? 'revoked' : 'conflict'
    },
  }
}
