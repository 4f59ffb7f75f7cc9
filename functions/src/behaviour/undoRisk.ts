import type { Database } from '../database.ts'
import { parseInstall } from '../installs/install.ts'
import { readInGrace } from '../installs/store.ts'
import { NO_RISK } from './decide.ts'
import { deedPaths, parseRisk, stateOf, type RiskRow } from './risk.ts'

export interface UndoParts {
  /** Where the key is. */
  readonly database: Database
  readonly newId: () => string
  /** Unix milliseconds. */
  readonly nowMs: number
  /** How long nothing is decided about the install, in ms. */
  readonly exemptMs: number
}

/** A run of the assessment may come between our reading and our writing. */
const TRIES = 3

/**
 * Lifts what behaviour has led to, and leaves the install alone for a time; what was counted until now
 * counts no more. What an operator has done to the key stays as it is.
 * @param who at most 128 characters, for the audit trail
 * @returns `unknown` when there is no such key
 * @throws ApiError `unavailable`
 */
export async function undoRisk(
  keyId: string,
  who: string,
  { database, newId, nowMs, exemptMs }: UndoParts,
  reason = 'undone by operator',
): Promise<'undone' | 'unknown' | 'changed'> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [record, value] = await Promise.all([
      database.read(`installs/${keyId}`),
      database.read(`risk/${keyId}`),
    ])
    const install = parseInstall(keyId, record)
    if (install === null) return 'unknown'
    const inGrace = await readInGrace(database, install, nowMs)
    const row = parseRisk(value)
    const mode = row?.mode ?? 'enforce'
    const undone: RiskRow = {
      ...(row === undefined ? NO_RISK : stateOf(row, mode)),
      level: 'none',
      until: nowMs,
      suspensions: 0,
      spentAt: nowMs,
      exemptUntil: nowMs + exemptMs,
      revision: (row?.revision ?? 0) + 1,
      assessedAt: nowMs,
      mode,
      score: row?.score ?? 0,
      own: row?.own ?? 0,
      ...(row?.features && { features: row.features }),
      ...(row?.points && { points: row.points }),
    }
    const deed = {
      install,
      inGrace,
      risk: null,
      action: 'risk undo',
      who,
      reason,
      at: nowMs,
      newId,
    }
    if (await database.write({ [`risk/${keyId}`]: undone, ...deedPaths(deed) })) return 'undone'
  }
  return 'changed'
}
