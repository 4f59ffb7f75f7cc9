import type { JsonWebKey } from 'node:crypto'
import { formatApiKey } from '@latchkey/protocol'
import { ignoreUnavailable } from '../deadline.ts'
import { withShard, withShardOf, type ShardMap } from '../shards.ts'
import { SHARED_KEY_ID, SHARED_PLACE } from '../issuance.ts'
import type { EncryptionIssuer, EncryptionWish } from './encryption.ts'
import {
  isCurrent,
  riskInForce,
  riskOfPlace,
  type AttestationRecord,
  type Install,
  type InstallRisk,
} from './install.ts'
import type { Keyring } from './keyring.ts'
import type { Challenge, InstallStore, Issue, Place, Revocation, Superseded } from './store.ts'

/** What issuing depends on besides its arguments. */
export interface IssuingParts {
  readonly store: InstallStore
  readonly shards: ShardMap
  readonly keyring: Keyring
  /** Loaded by the first install that asks for encryption. */
  readonly encryption: () => Promise<EncryptionIssuer>
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
  /**
   * Drops a credential at once, without any proof, if the place has no key yet. Whether it has is not
   * told. A live challenge is the lock: of any number of calls at once, one gives a key.
   */
  direct(place: Place, isOwner: boolean, attestation?: AttestationRecord): Promise<'done' | 'full'>
  /** Drops the one key that all share. */
  shared(place: Place): Promise<'done'>
  /** Drops a credential for the one caller who brings the place's live code. */
  redeem(
    place: Place,
    code: string,
    isOwner: boolean,
    attestation?: AttestationRecord,
    wish?: EncryptionWish,
  ): Promise<RedeemVerdict>
  /** Drops the successor of an active key, with the same encryption unless another is wished for. */
  rotate(
    install: Install,
    attestation?: AttestationRecord,
    wish?: EncryptionWish | 'none',
  ): Promise<'issued' | 'conflict' | 'keys_enough'>
  revoke(install: Install, reason: string): Promise<'revoked' | 'conflict'>
}

interface IssueOptions {
  readonly pickup?: 'remove' | 'keep'
  /** In force for the key that it follows. */
  readonly risk?: InstallRisk | undefined
}

/** Wrong, used, expired, exhausted and never issued are one verdict: it must not guide a guesser. */
export type RedeemVerdict = 'issued' | 'otp_rejected' | 'key_suspended' | 'full' | 'keys_enough'

/** How long a drop waits for its app. */
const PICKUP_MS = 24 * 60 * 60 * 1000

/** An earlier key that changes while we supersede it is read again, once: a request must end in 10 s. */
const CLAIM_TRIES = 2

/** otplib is loaded by the first registration: signed requests have no use for it. */
const loadTotp = () => import('./totp.ts')

export function makeIssuing(parts: IssuingParts): Issuing {
  const { store, shards, keyring, newId, now, settings } = parts

  const revocation = (reason: string): Revocation => ({ id: newId(), at: now(), reason })

  const supersede = (install: Install, graceSeconds: number): Superseded => ({
    install,
    graceUntil: now() + graceSeconds * 1000,
    revocation: revocation('superseded'),
  })

  const issueFor = (
    keyId: string,
    { uid, slot }: Place,
    scopes: readonly string[],
    attestation: AttestationRecord | undefined,
    { pickup = settings.credentialPickup, risk }: IssueOptions = {},
  ): Issue => {
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
        ...(pickup === 'remove' && { pickupBy: createdAt + PICKUP_MS }),
        ...(attestation !== undefined && { attestation }),
        ...(risk !== undefined && { risk }),
      },
    }
  }

  /** Keys are made for whoever has proven to be the owner, and for nobody before that (threat T10). */
  const encrypted = async (issue: Issue, wish: EncryptionWish | undefined): Promise<Issue> => {
    if (wish === undefined) return issue
    const { keyId, masterVersion } = issue.install
    const issuer = await parts.encryption()
    return { ...issue, encryption: await issuer.issue(wish, keyId, masterVersion) }
  }

  /** What a rotation leaves as it is: the device's key, or that we make one. */
  const sameAs = async ({ keyId, encryption }: Install): Promise<EncryptionWish | undefined> => {
    if (encryption !== 'device-key') return encryption
    const record = await store.readEncryption(keyId)
    // Gone meanwhile, as its key is: the rotation will be refused.
    return record === null ? undefined : { publicKey: JSON.parse(record.publicKey) as JsonWebKey }
  }

  const isRightCode = async (challenge: Challenge, code: string): Promise<boolean> => {
    const { verifyTotp } = await loadTotp()
    const { id, expiresAt, masterVersion } = challenge
    if (!keyring.has(masterVersion) || now() >= expiresAt) return false
    return verifyTotp(keyring.totpSecret(masterVersion, id), code, now())
  }

  const newKeyIdFor = ({ uid }: Place): string => withShard(newId(), shards.ofUid(uid))

  const start = async (place: Place, isOwner: boolean) => {
    const { totpCode, totpExpiry } = await loadTotp()
    const createdAt = now()
    const masterVersion = keyring.newestVersion
    const id = newId()
    const code = totpCode(keyring.totpSecret(masterVersion, id), createdAt)
    const challenge = { id, createdAt, expiresAt: totpExpiry(createdAt), masterVersion }
    return { challenge, verdict: await store.startChallenge(place, challenge, code, isOwner) }
  }

  const supersedeAll = (installs: readonly Install[]): Superseded[] =>
    installs
      .filter(isCurrent)
      .map((install) => supersede(install, settings.registrationGraceSeconds))

  /** A database that is away must not keep its former UIDs from registering at their new one. */
  const readFormer = (place: Place): Promise<readonly Install[]> =>
    store.readFormer(place).catch((error: unknown) => ignoreUnavailable(error, []))

  /** After the new key is there: what fails here is done by the next registration. */
  const leaveBehind = async (former: readonly Install[]): Promise<void> => {
    await Promise.all(
      supersedeAll(former).map((earlier) =>
        store.supersede(earlier).catch((error: unknown) => ignoreUnavailable(error, false)),
      ),
    )
  }

  /** Whether something stands in the way of a direct issue. A dormant key, and one that has ended, do not. */
  const readKeys = async (place: Place) => {
    const [here, former] = await Promise.all([store.readLatest(place), store.readFormer(place)])
    const keys = [...former, ...here]
    const risk = riskOfPlace(keys, now())
    const isInUse = keys.some((key) => isCurrent(key) && key.status !== 'dormant')
    return { here, former, risk, isTaken: isInUse || risk?.level === 'suspended' }
  }

  return {
    challenge: async (place, isOwner) => {
      const { verdict } = await start(place, isOwner)
      return verdict === 'full' ? 'full' : 'done'
    },

    direct: async (place, isOwner, attestation) => {
      if ((await readKeys(place)).isTaken) return 'done'
      const { challenge, verdict } = await start(place, isOwner)
      if (verdict !== 'written') return verdict === 'full' ? 'full' : 'done'
      // Read again behind the lock: another call may have made a key between our reading and our start.
      const { here, former, risk, isTaken } = await readKeys(place)
      if (isTaken) return 'done'
      const issue = issueFor(newKeyIdFor(place), place, settings.defaultScopes, attestation, {
        risk,
      })
      // Nobody has proven anything: a stranger would use up the UID's keys of the day.
      if (await store.claim(challenge, issue, supersedeAll(here), false)) await leaveBehind(former)
      return 'done'
    },

    shared: async (place) => {
      // Its drops are not collected: many apps wait for the same key.
      const issue = issueFor(SHARED_KEY_ID, SHARED_PLACE, settings.defaultScopes, undefined, {
        pickup: 'keep',
      })
      await store.dropShared(issue, place)
      return 'done'
    },

    redeem: async (place, code, isOwner, attestation, wish) => {
      // First: what cannot be given shall not cost an attempt.
      if (wish !== undefined) (await parts.encryption()).check(wish)
      const counted = await store.countAttempt(place, isOwner, now())
      if (counted !== 'written') return counted === 'full' ? 'full' : 'otp_rejected'
      let issue = issueFor(newKeyIdFor(place), place, settings.defaultScopes, attestation)
      for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
        const [challenge, earlier, former] = await Promise.all([
          store.readChallenge(place),
          store.readLatest(place),
          readFormer(place),
        ])
        if (challenge === null) return 'otp_rejected'
        // We had claimed it, and the acknowledgement was lost with the connection.
        if (challenge.claimedBy === issue.install.keyId) {
          await leaveBehind(former)
          return 'issued'
        }
        if (challenge.claimedBy !== undefined) return 'otp_rejected'
        if (!(await isRightCode(challenge, code))) return 'otp_rejected'
        // To register anew is no way out of a suspension. Only the place's owner, who knows the code, is told.
        const keys = [...former, ...earlier]
        const risk = riskOfPlace(keys, now())
        const isSuspended =
          keys.some(({ status }) => status === 'suspended') || risk?.level === 'suspended'
        if (isSuspended) return 'key_suspended'
        if (issue.encryption === undefined) issue = await encrypted(issue, wish)
        const claimed = await store.claim(
          challenge,
          risk === undefined ? issue : { ...issue, install: { ...issue.install, risk } },
          supersedeAll(earlier),
          true,
        )
        if (!claimed) continue
        await leaveBehind(former)
        return 'issued'
      }
      return (await store.hasKeysEnough(issue)) ? 'keys_enough' : 'otp_rejected'
    },

    // The SDK sends a write whose acknowledgement was lost once more, and that one is refused: what is
    // refused may have been done, and is looked up.
    rotate: async (install, attestation = install.attestation, wish) => {
      // Nobody may replace what all share.
      if (install.keyId === SHARED_KEY_ID) return 'conflict'
      const keyId = withShardOf(newId(), install.keyId)
      const wanted = wish === 'none' ? undefined : (wish ?? (await sameAs(install)))
      const risk = riskInForce(install, now())
      const issue = await encrypted(
        issueFor(keyId, install, install.scopes, attestation, { risk }),
        wanted,
      )
      const earlier = supersede(install, settings.rotationGraceSeconds)
      const issued =
        (await store.rotate(issue, earlier)) || (await store.read(issue.install.keyId)) !== null
      if (issued) return 'issued'
      return (await store.hasKeysEnough(issue)) ? 'keys_enough' : 'conflict'
    },

    revoke: async (install, reason) => {
      // Who ends a key means the one before it as well: it may be in the hands that the key was changed for.
      const keys = [install, ...(await store.readInGrace(install, now()))]
      const ended = keys.map((key) => ({ install: key, revocation: revocation(reason) }))
      if (await store.revoke(ended)) return 'revoked'
      const left = await store.read(install.keyId)
      return left === null || left.status === 'revoked' ? 'revoked' : 'conflict'
    },
  }
}
