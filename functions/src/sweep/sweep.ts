import type { Database } from '../database.ts'
import type { Identity } from '../identity.ts'
import { sweepChallenges } from './challenges.ts'
import { markIdle, markUnused, removeEnded, sweepDrops, type KeySettings } from './keys.ts'
import type { Pass, Phase, Progress } from './pass.ts'
import { sweepPending } from './pending.ts'
import type { SweepReport } from './report.ts'
import { sweepRisks, sweepUsage } from './usage.ts'
import { deleteStrandedUsers } from './users.ts'
import { sweepExpired, sweepRevocations, sweepWindows } from './windows.ts'

export interface SweepParts {
  readonly database: Database
  /** Other databases that may have installs of a UID; none where there is one database. */
  readonly othersOf?: (uid: string) => readonly Database[]
  readonly identity: Pick<Identity, 'deleteAnonymous'>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Rows that are read and changed at a time. */
  readonly batch: number
  /** No new batch is begun after this many ms: the rest is for the next sweep. */
  readonly budgetMs: number
  readonly settings: SweepSettings
  readonly dryRun?: boolean
  /** Looks also where an earlier sweep has been: for data that were restored. */
  readonly fromStart?: boolean
  readonly onProgress?: (progress: Progress) => void
}

export interface SweepSettings extends KeySettings {
  /** Days of usage that are kept. */
  readonly usageDays: number
  /** How long a sign-up that is not confirmed is kept, in ms, from its latest code on. */
  readonly pendingMs: number
  readonly deleteAnonymousUsers: boolean
}

/**
 * Removes what is dormant, used or expired, in bounded batches. Nothing is removed on the word of an
 * earlier read: the rules check each removal again, so a sweep can race with anything, another sweep
 * included, and can be ended at any point.
 * @throws ApiError `unavailable`; what has been done stays done
 */
export async function sweep(parts: SweepParts): Promise<SweepReport> {
  const { database, identity, now, batch, budgetMs, settings } = parts
  const { dryRun = false, fromStart = false } = parts
  const nowMs = now()
  const left = new Set<Phase>()
  const pass: Pass = {
    database,
    nowMs,
    batch,
    dryRun,
    isOver: () => now() >= nowMs + budgetMs,
    onProgress: parts.onProgress ?? (() => undefined),
    onLeft: (phase) => left.add(phase),
  }
  const databasesOf = (uid: string) => [database, ...(parts.othersOf?.(uid) ?? [])]
  let users = 0
  const deleteUsers = async (uids: readonly string[]): Promise<void> => {
    if (!settings.deleteAnonymousUsers || dryRun) return
    users += await deleteStrandedUsers(databasesOf, identity, uids)
  }

  // What grows fastest goes first.
  const windows = await sweepWindows(pass)
  const revocations = await sweepRevocations(pass)
  const expired = await sweepExpired(pass)
  const pending = await sweepPending(pass, settings.pendingMs)
  const risks = await sweepRisks(pass, settings.usageDays)
  const challenges = await sweepChallenges(pass)
  const drops = await sweepDrops(pass)
  const ended = await removeEnded(pass, deleteUsers)
  const unused = await markUnused(pass, settings)
  const idle = await markIdle(pass, settings, fromStart)
  const usage = await sweepUsage(pass, settings.usageDays, fromStart)
  return {
    dryRun,
    removed: {
      challenges,
      drops,
      installs: ended.removed,
      users,
      windows,
      revocations,
      expired,
      pending: pending.removed,
      usage,
      risks,
    },
    marked: unused.marked + idle.marked,
    kept: {
      revived: ended.revived,
      suspended: idle.suspended,
      changed: pending.changed + ended.changed + unused.changed + idle.changed,
    },
    left: [...left],
  }
}
