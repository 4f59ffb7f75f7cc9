import type { Identity } from '../identity.ts'
import type { Log } from '../log.ts'
import { ApiError } from '../http/apiError.ts'
import { installOf, type Answer, type ApiRequest, type Handler } from '../http/apiRequest.ts'
import { isEmptyBody, parseBody, refuseBody } from '../http/parseBody.ts'
import type { ShardMap } from '../shards.ts'
import { STEP_1, type Issuance } from '../issuance.ts'
import type { Drop, Revoked } from './answers.ts'
import type { EncryptionWish } from './encryption.ts'
import type { Issuing } from './issuing.ts'
import type { OpenLimits } from './openLimits.ts'
import { slotOf } from './slot.ts'
import type { Place } from './store.ts'

/** A Firebase ID token is about 1 kB; custom claims add at most 1 kB. */
const BEARER = /^Bearer ([A-Za-z0-9_.-]{1,4096})$/i

export interface InstallHandlerParts {
  readonly issuing: Issuing
  readonly issuance: Issuance
  readonly shards: ShardMap
  readonly identity: Identity
  readonly limits: OpenLimits
  /** Whether a stranger's UID is looked up before anything is written for it. */
  readonly checkUidExists: boolean
  /** Makes this instance forget what it has cached of a key. */
  readonly forget: (keyId: string) => void
  /** Told of each key that is issued to a new install. */
  readonly onIssued: (req: ApiRequest) => void
  readonly log: Log
}

/** The handlers below `/api/installs`. */
export function makeInstallHandlers(parts: InstallHandlerParts) {
  const { issuing, issuance, shards, identity, limits, checkUidExists, forget, onIssued, log } =
    parts

  /** The shared key is dropped where its record is. */
  const urlOf = (uid: string): string => shards.urls[issuance === 'static' ? 0 : shards.ofUid(uid)]!

  /** True for the proven owner of the UID, false for an anonymous caller. */
  const proveOwner = async (req: ApiRequest, uid: string): Promise<boolean> => {
    const header = req.headers.authorization
    if (header === undefined) return false
    const token = BEARER.exec(header)?.[1]
    const proven = token === undefined ? null : await identity.verify(token)
    if (proven !== uid) throw new ApiError('invalid_credentials', { detail: 'id token' })
    return true
  }

  const register: Handler = async (req) => {
    // zod is loaded by the first registration: signed requests have no use for it.
    const { REGISTRATION } = await import('./registration.ts')
    const { deviceId, uid, otp, encryption } = parseBody(req, REGISTRATION)
    if (otp !== undefined && issuance !== 'challenge') throw noSecondStep()
    if (otp === undefined && encryption !== undefined) throw tooEarly()
    // Before any limit that others share: what no genuine app has sent takes nothing from them.
    const settle = await req.gate?.(req)
    const isOwner = await proveOwner(req, uid)
    const place = { uid, slot: slotOf(deviceId) }
    // Before Auth is asked, and before anything depends on the UID.
    const pass = limits.enter(otp === undefined ? 'challenges' : 'attempts', isOwner)
    await settle?.()
    if (otp === undefined) {
      // The answer is the same for a UID that nobody has: it must not tell which ones exist.
      const mayExist = isOwner || !checkUidExists || (await identity.exists(uid))
      if (mayExist && (await issuing[STEP_1[issuance]](place, isOwner, req.attestation)) === 'full')
        throw pass.full()
      return whereToLook(place, issuance === 'challenge' ? 'otp' : 'credential', urlOf(uid))
    }
    const verdict = await issuing.redeem(place, otp, isOwner, req.attestation, encryption)
    if (verdict === 'full') throw pass.full()
    if (verdict === 'keys_enough') throw keysEnough()
    if (verdict !== 'issued') throw new ApiError(verdict)
    onIssued(req)
    log({ event: 'issued', requestId: req.requestId })
    return whereToLook(place, 'credential', urlOf(uid))
  }

  const showCurrent: Handler = (req) => {
    const { keyId, status, scopes, createdAt, lastUsedAt, masterVersion, graceUntil, encryption } =
      installOf(req)
    // A member that is undefined is not written. Not by spreading: that costs as much as the verification.
    const body = {
      keyId,
      status,
      scopes,
      createdAt,
      lastUsedAt,
      masterVersion,
      graceUntil,
      encryption,
    }
    return { status: 200, body }
  }

  const rotate: Handler = async (req) => {
    const install = installOf(req)
    const verdict = await issuing.rotate(install, req.attestation, await wishOf(req))
    forget(install.keyId)
    if (verdict === 'keys_enough') throw keysEnough()
    if (verdict !== 'issued') throw new ApiError(verdict)
    log({ event: 'rotated', requestId: req.requestId })
    // At the key's own database, which may no longer be the one that its UID would register at.
    return whereToLook(install, 'credential', shards.urls[shards.ofKey(install.keyId)!]!)
  }

  const revoke: Handler = async (req) => {
    refuseBody(req)
    const install = installOf(req)
    const verdict = await issuing.revoke(install, 'by its install')
    forget(install.keyId)
    if (verdict !== 'revoked') throw new ApiError(verdict)
    log({ event: 'revoked', requestId: req.requestId })
    const body: Revoked = { keyId: install.keyId, status: 'revoked' }
    return { status: 200, body }
  }

  return { register, showCurrent, rotate, revoke }
}

/** A UTC day's. To ask more often than this would not help anybody. */
const keysEnough = (): ApiError =>
  new ApiError('rate_limited', { detail: 'keys of a UID', retryAfterSeconds: 3600 })

/** Never the secret, only its place, which the caller can name and only the UID can read. */
function whereToLook({ uid, slot }: Place, drop: Drop['drop'], databaseUrl: string): Answer<Drop> {
  return { status: 200, body: { drop, path: `users/${uid}/${slot}/${drop}`, databaseUrl } }
}

/** What a rotation asks for; nothing, or `{}`, leaves its encryption as it is. */
async function wishOf(req: ApiRequest): Promise<EncryptionWish | 'none' | undefined> {
  if (isEmptyBody(req)) return undefined
  const { ROTATION } = await import('./registration.ts')
  return parseBody(req, ROTATION).encryption
}

/**
 * A stranger may begin a registration in anybody's name, so what is asked for then cannot be his choice; and
 * a pair is not made for him (threat T10).
 */
const tooEarly = (): ApiError =>
  new ApiError('invalid_request', {
    errors: [{ pointer: '#/encryption', detail: 'must come with the one-time password' }],
  })

const noSecondStep = (): ApiError =>
  new ApiError('invalid_request', {
    errors: [{ pointer: '#/otp', detail: 'must be absent: this service issues without a code' }],
  })
