import type { Feature } from '../behaviourSettings.ts'
import { feedEntry } from '../installs/store.ts'
import type { Install } from '../installs/install.ts'
import type { RiskState } from './decide.ts'

/** `risk/{keyId}`: what was found, and what was decided. Times are Unix milliseconds. */
export interface RiskRow extends RiskState {
  /** One more with each writing: of two that have read the same one, the rules refuse the second. */
  readonly revision: number
  readonly assessedAt: number
  /** `observe`: nothing of it is in force. */
  readonly mode: 'observe' | 'enforce'
  readonly score: number
  readonly own: number
  /** Those that are not 0. */
  readonly features?: Readonly<Partial<Record<Feature, number>>>
  /** Of the rules that have added any. */
  readonly points?: Readonly<Partial<Record<Feature, number>>>
}

/** Of the key's own; the database keeps no empty object, so `features` may be missing. */
export const parseRisk = (value: unknown): RiskRow | undefined =>
  value === null || value === undefined ? undefined : (value as RiskRow)

/** What was decided, without what it was decided on. In another mode nothing of it is in force. */
export function stateOf(row: RiskRow, mode: RiskRow['mode']): RiskState {
  const { level, since, until, ownThen, suspensions, suspendedUntil, spentAt, exemptUntil } = row
  return {
    ...(row.mode === mode
      ? { level, since, until, ownThen }
      : { level: 'none', since: 0, until: 0, ownThen: 0 }),
    suspensions,
    ...(suspendedUntil !== undefined && { suspendedUntil }),
    ...(spentAt !== undefined && { spentAt }),
    ...(exemptUntil !== undefined && { exemptUntil }),
  }
}

/** Who is named in the audit trail for what no person has done. */
export const ACTOR = 'behaviour'

export interface Deed {
  readonly install: Install
  /** Its earlier keys that still work. */
  readonly inGrace: readonly Install[]
  /** What the records of the keys shall say; null takes it back. */
  readonly risk: Install['risk'] | null
  /** For the audit trail: `risk suspend`. */
  readonly action: string
  readonly who: string
  /** At most 64 characters. */
  readonly reason: string
  readonly at: number
  readonly newId: () => string
}

/**
 * A level in the records of the keys that work, with its entry in the audit trail, and the feed that tells
 * warm instances: written together with the risk's row.
 */
export function deedPaths(deed: Deed): Readonly<Record<string, unknown>> {
  const { install, inGrace, risk, action, who, at, newId } = deed
  const reason = deed.reason.slice(0, 64)
  const told = [install, ...inGrace].flatMap((key) =>
    Object.entries({
      [`installs/${key.keyId}/risk`]: risk,
      ...feedEntry(key, { id: newId(), at, reason }),
    }),
  )
  return {
    ...Object.fromEntries(told),
    [`audit/${newId()}`]: { at, who, action, target: install.keyId, reason },
  }
}
