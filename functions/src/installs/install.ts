import type { Provider } from '../attestSettings.ts'
import type { EncryptionKind, EncryptionRecord } from './encryption.ts'

/** `active`, or why a key no longer is. */
export type InstallStatus = 'active' | 'superseded' | 'suspended' | 'revoked' | 'dormant'

/** What was last found out about the program that uses a key; nothing where attestation is off. */
export interface AttestationRecord {
  readonly outcome: 'attested' | 'missing' | 'rejected' | 'unreachable'
  readonly provider: Provider | 'none'
  /** Of the app that was recognised. */
  readonly appId?: string
  readonly at: number
}

/** What behaviour has led to: attestation is demanded and limits are halved, or all is refused. */
export interface InstallRisk {
  readonly level: 'step_up' | 'suspended'
  /** Then it is over, without a write. */
  readonly until: number
}

/** The record of a credential at `installs/{keyId}`. Times are Unix milliseconds. */
export interface Install {
  readonly keyId: string
  readonly uid: string
  readonly slot: string
  readonly status: InstallStatus
  readonly scopes: readonly string[]
  readonly createdAt: number
  /** Kept to the day; the time of issue as long as no use has been recorded. */
  readonly lastUsedAt: number
  readonly masterVersion: number
  /** A superseded key works until then. */
  readonly graceUntil?: number
  /** Until when the drop waits to be collected; absent once it is gone. */
  readonly pickupBy?: number
  readonly attestation?: AttestationRecord
  /** There while it was not taken back; in force until its time. */
  readonly risk?: InstallRisk
  /** Whether its bodies may be encrypted, and how. The keys stay in the database: they are large. */
  readonly encryption?: EncryptionKind
}

/** Whether a key may be used, or which error says why not. */
export type InstallVerdict = Usable | 'key_superseded' | 'key_suspended' | 'key_revoked'

/** `restricted`: with attestation, and with half of its limits. */
export type Usable = 'active' | 'restricted'

export function judgeInstall(install: Install, nowMs: number): InstallVerdict {
  switch (install.status) {
    case 'active':
    // As long as its record is there: its use, which is recorded before anything else, revives it.
    case 'dormant':
      return install.risk === undefined ? 'active' : judgeRisk(install.risk, nowMs)
    case 'superseded':
      return isInGrace(install, nowMs) ? judgeRisk(install.risk, nowMs) : 'key_superseded'
    case 'suspended':
      return 'key_suspended'
    case 'revoked':
      return 'key_revoked'
  }
}

/** Whether it still works beside its successor. Whatever ends or restricts that one is meant for both. */
export const isInGrace = ({ status, graceUntil }: Install, nowMs: number): boolean =>
  status === 'superseded' && graceUntil !== undefined && nowMs < graceUntil

export const isUsable = (verdict: InstallVerdict): verdict is Usable =>
  verdict === 'active' || verdict === 'restricted'

function judgeRisk(risk: InstallRisk | undefined, nowMs: number): Usable | 'key_suspended' {
  if (risk === undefined || nowMs >= risk.until) return 'active'
  return risk.level === 'suspended' ? 'key_suspended' : 'restricted'
}

/** Whether it is refused or restricted for its behaviour: to register anew, or to rotate, is no way out. */
export const riskInForce = ({ risk }: Install, nowMs: number): InstallRisk | undefined =>
  risk !== undefined && nowMs < risk.until ? risk : undefined

const CURRENT: ReadonlySet<InstallStatus> = new Set(['active', 'dormant', 'suspended'])

/** Whether it can be used, now or again. A place has one such key, or none. */
export const isCurrent = ({ status }: Install): boolean => CURRENT.has(status)

/**
 * What is in force for a place, and goes on for its next key: the level of the key that can be used; once
 * that has ended, of the newest. So a key that is revoked by its app takes nothing off the next one, and
 * what was undone for the newest does not come back from those before it.
 * @param keys oldest first
 */
export function riskOfPlace(keys: readonly Install[], nowMs: number): InstallRisk | undefined {
  const current = keys.filter(isCurrent)
  const asked = current.length > 0 ? current : keys.slice(-1)
  return asked
    .map((key) => riskInForce(key, nowMs))
    .reduce((one, other) => (isGraver(other, one) ? other : one), undefined)
}

/** The later one of two of a level: the rules let no key follow with less than the one before. */
function isGraver(risk: InstallRisk | undefined, than: InstallRisk | undefined): boolean {
  if (risk === undefined || than === undefined) return risk !== undefined
  if (risk.level !== than.level) return risk.level === 'suspended'
  return risk.until > than.until
}

/** What stays the same when an install rotates its key, or registers anew: limits count by it. */
export const placeName = ({ uid, slot }: Pick<Install, 'uid' | 'slot'>): string => `${uid}/${slot}`

/** Whether no use has been recorded so far. */
export const isUnused = ({ lastUsedAt, createdAt }: Install): boolean => lastUsedAt === createdAt

/** Reads a stored record; null when there is none. The rules have checked its shape. */
export function parseInstall(keyId: string, value: unknown): Install | null {
  if (value === null || value === undefined) return null
  const record = value as Omit<Install, 'keyId' | 'scopes' | 'encryption'> & {
    scopes?: Record<string, true>
    encryption?: EncryptionRecord
  }
  return {
    keyId,
    uid: record.uid,
    slot: record.slot,
    status: record.status,
    // The database keeps no empty object: a key without scopes has no such child.
    scopes: sharedList(Object.keys(record.scopes ?? {})),
    createdAt: record.createdAt,
    lastUsedAt: record.lastUsedAt,
    masterVersion: record.masterVersion,
    ...(record.graceUntil !== undefined && { graceUntil: record.graceUntil }),
    ...(record.pickupBy !== undefined && { pickupBy: record.pickupBy }),
    ...(record.attestation !== undefined && { attestation: record.attestation }),
    ...(record.risk !== undefined && { risk: record.risk }),
    ...(record.encryption !== undefined && { encryption: record.encryption.kind }),
  }
}

/** Nearly all installs have the same scopes; a cache of a hundred thousand records should have them once. */
const lists = new Map<string, readonly string[]>()
const LISTS_MAX = 100

function sharedList(names: readonly string[]): readonly string[] {
  const text = names.join()
  const known = lists.get(text)
  if (known !== undefined) return known
  if (lists.size < LISTS_MAX) lists.set(text, names)
  return names
}
