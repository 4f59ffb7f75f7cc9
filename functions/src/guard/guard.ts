import {
  formatServerTime,
  freshness,
  serverTimeText,
  type ErrorCode,
  type Freshness,
} from '@latchkey/protocol'
import { isUsable, judgeInstall, placeName, type Install } from '../installs/install.ts'
import { SHARED_KEY_ID } from '../issuance.ts'
import { proceed } from '../proceed.ts'
import type { DurableNonces } from './durableNonces.ts'
import type { InstallCache } from './installCache.ts'
import { hmacUnder, type KeyMaterial } from './keyMaterial.ts'
import type { NonceMemory } from './nonceMemory.ts'
import type { RateLimit, RateVerdict } from '../http/rateLimit.ts'
import type { IsRetired } from './retiredVersions.ts'
import {
  findKey,
  verifySignature,
  type Call,
  type SignatureRefusal,
  type Unproven,
  type VerifiedSignature,
} from './verifySignature.ts'

/** What a route asks of a signed request. */
export interface GuardPolicy {
  /** `durable`: shared by all instances, for what costs money or cannot be undone. */
  readonly nonce: 'memory' | 'durable'
  readonly scope?: string
  /** What the handler needs has too long a line: refused before anything is written for the request. */
  readonly isBusy?: () => boolean
}

/** A request that may go to its handler. */
export interface Admission {
  readonly admitted: true
  readonly install: Install
  readonly rate: RateVerdict
}

export type DenialReason =
  | SignatureRefusal
  | Exclude<Freshness, 'fresh'>
  | 'record_missing'
  | 'nonce_memory_full'
  | 'busy'
  | 'master_version_retired'
  | 'other_master_version'
  | ErrorCode

/** A request that ends here. `reason` is for the log alone. */
export interface Denial {
  readonly admitted: false
  readonly code: ErrorCode
  readonly reason: DenialReason
  readonly keyId: string | undefined
  /** Of a genuine API key whose signature is not right. It is counted, and nothing else. */
  readonly claimedKeyId?: string
  readonly serverTime?: { readonly unixSeconds: number; readonly header: string }
  readonly rate?: RateVerdict
}

export interface GuardParts {
  readonly material: KeyMaterial
  readonly isRetired: IsRetired
  readonly cache: InstallCache
  readonly nonces: NonceMemory
  readonly durableNonces: DurableNonces
  readonly rate: RateLimit
}

export type Verdict = Admission | Denial

/**
 * What has to be known of a request besides its key, asked when nothing else can deny it and nothing is
 * written for it yet.
 * @throws ApiError that says why it ends here, also by the promise
 */
export type Inspect<C extends Call = Call> = (
  install: Install,
  call: C,
  /** Its behaviour has led to a step-up: it must be attested. */
  isRestricted: boolean,
) => void | Promise<void>

/** Answers at once when nothing has to be waited for, as for every warm request. */
export type Guard = <C extends Call>(
  call: C,
  policy: GuardPolicy,
  nowMs: number,
  inspect?: Inspect<C>,
) => Verdict | Promise<Verdict>

/**
 * Verifies a signed request: cheap checks first, nothing written before the last denial, no database
 * before the signature has verified.
 * @throws ApiError `unavailable` when the record or the durable nonce cannot be had in time, and what
 * `inspect` throws
 */
export function makeGuard(parts: GuardParts): Guard {
  const { material, isRetired, cache, nonces, durableNonces, rate } = parts

  /** What may deny a request that is not a replay; else what its rate says. */
  const weigh = (
    install: Install,
    policy: GuardPolicy,
    nowMs: number,
    isRestricted: boolean,
  ): RateVerdict | Denial => {
    const { keyId } = install
    if (policy.scope !== undefined && !install.scopes.includes(policy.scope)) {
      return deny('scope_missing', 'scope_missing', keyId)
    }
    // Not by the key: or each rotation would begin anew.
    const state = rate.take(placeName(install), nowMs, isRestricted ? 2 : 1)
    if (!state.allowed) {
      const code = 'rate_limited'
      return { admitted: false, code, reason: code, keyId, rate: state }
    }
    return policy.isBusy?.() === true ? deny('unavailable', 'busy', keyId) : state
  }

  /** What is left to check once the signature has verified and the key's record is at hand. */
  const admit = <C extends Call>(
    call: C,
    { key: { keyId, masterVersion }, created, nonce }: VerifiedSignature,
    install: Install | null,
    policy: GuardPolicy,
    nowMs: number,
    inspect: Inspect<C> | undefined,
  ): Verdict | Promise<Verdict> => {
    // A key is issued together with its record, so a missing one was removed for good.
    if (install === null) return deny('key_revoked', 'record_missing', keyId)
    // Never issued so: whoever has learnt an older master secret has made it up for a newer key's ID.
    if (install.masterVersion !== masterVersion && keyId !== SHARED_KEY_ID) {
      return deny('invalid_credentials', 'other_master_version', keyId)
    }
    const verdict = judgeInstall(install, nowMs)
    if (!isUsable(verdict)) return deny(verdict, verdict, keyId)
    const isRestricted = verdict === 'restricted'

    // In memory even for durable routes: a replay of a captured request is refused here, before it
    // could use up the victim's rate.
    const claim = nonces.claim(keyId, nonce, created, Math.floor(nowMs / 1000))
    if (claim === 'replayed') return deny('replayed', 'replayed', keyId)
    if (claim === 'full') return deny('unavailable', 'nonce_memory_full', keyId)

    const state = weigh(install, policy, nowMs, isRestricted)
    if ('admitted' in state) {
      // Or one key, far above its rate, would fill the memory that all share.
      nonces.release(keyId, nonce, created)
      return state
    }

    const admission: Admission = { admitted: true, install, rate: state }
    const claimLast = (): Verdict | Promise<Verdict> => {
      if (policy.nonce === 'memory') return admission
      return durableNonces
        .claim(keyId, nonce, created)
        .then((isFirst) => (isFirst ? admission : deny('replayed', 'replayed', keyId)))
    }
    if (inspect === undefined) return claimLast()
    return proceed(inspect(install, call, isRestricted), claimLast)
  }

  return (call, policy, nowMs, inspect) => {
    const nowSeconds = Math.floor(nowMs / 1000)

    const signature = verifySignature(call, material)
    if ('refusal' in signature) return denyUnproven(signature, isRetired, nowMs)
    const { keyId } = signature.key

    const { created, expires } = signature
    const fresh = freshness({ created, expires, nowSeconds })
    if (fresh !== 'fresh') {
      const serverTime = tellTime(signature, nowSeconds)
      return { admitted: false, code: 'clock_skew', reason: fresh, keyId, serverTime }
    }

    // Whatever its record says, and without reading it: its app registers anew.
    if (isRetired(signature.key.masterVersion, nowMs)) {
      return deny('key_superseded', 'master_version_retired', keyId)
    }

    return proceed(cache.get(keyId, nowMs), (install) =>
      admit(call, signature, install, policy, nowMs, inspect),
    )
  }
}

/** Why a request will be denied, whatever its body is; undefined: its API key is genuine, and no more is known. */
export type CheckKey = (rawHeaders: readonly string[], nowMs: number) => Denial | undefined

/** By the headers alone, for what has to be known before a body is read. The guard says the same afterwards. */
export function makeCheckKey({
  material,
  isRetired,
}: Pick<GuardParts, 'material' | 'isRetired'>): CheckKey {
  return (rawHeaders, nowMs) => {
    const claimed = findKey(rawHeaders, material)
    return 'refusal' in claimed ? denyUnproven(claimed, isRetired, nowMs) : undefined
  }
}

function denyUnproven(
  { refusal: reason, claimedKeyId, unknownVersion }: Unproven,
  isRetired: IsRetired,
  nowMs: number,
): Denial {
  // An install that was away for long has a key whose master secret was taken out meanwhile. Nothing
  // can show that it is genuine, but whoever made it up learns what the operator tells everybody.
  if (unknownVersion !== undefined && isRetired(unknownVersion, nowMs)) {
    return deny('key_superseded', 'master_version_retired')
  }
  const code = codeOf(reason)
  if (claimedKeyId === undefined) return deny(code, reason)
  return { admitted: false, code, reason, keyId: undefined, claimedKeyId }
}

/** One answer for all causes; but a duplicated header is the sender's plain mistake, and says so. */
const codeOf = (refusal: SignatureRefusal): ErrorCode =>
  refusal === 'header_duplicated' ? 'invalid_request' : 'invalid_credentials'

function deny(code: ErrorCode, reason: DenialReason, keyId?: string): Denial {
  // Not by spreading: that costs half as much as a signature, and a flood is of these.
  return { admitted: false, code, reason, keyId }
}

/** The server's time under the install's own secret, so that the app can believe it. */
function tellTime({ key, nonce }: VerifiedSignature, unixSeconds: number) {
  const mac = hmacUnder(key, serverTimeText(unixSeconds, nonce)).digest()
  return { unixSeconds, header: formatServerTime({ unixSeconds, mac }) }
}
