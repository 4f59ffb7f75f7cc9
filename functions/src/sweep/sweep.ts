import type { Database } from '../database.ts'
import type { Identity } from '../identity.ts'
import { sweepChallenges } from './challenges.ts'
import { markIdle, markUnused, removeEnded, sweepDrops, type KeySettings } from './keys.ts'
import type { Pass, Phase, Progress } from './pass.ts'
import { sweepUsage } from './usage.ts'
import { deleteStrandedUsers } from './users.ts'
import { sweepExpired, sweepRevocations, sweepWindows } from './windows.ts'

/** What a sweep has done; in a dry run, what it would have. */
export interface SweepReport {
  readonly dryRun: boolean
  readonly removed: {
    readonly challenges: number
    readonly drops: number
    readonly installs: number
    /** Anonymous users of Firebase Auth. */
    readonly users: number
    /** Minutes, hours and days of nonces and counters, empty ones included. */
    readonly windows: number
    readonly revocations: number
    /** Codes, cooldowns and idempotency records. */
    readonly expired: number
    /** Keys' days of usage. */
    readonly usage: number
  }
  /** Keys made dormant: they go when their grace is over, unless they are used. */
  readonly marked: number
  readonly kept: {
    /** Dormant keys that were used, and are active again. */
    readonly revived: number
    /** Idle, but an operator has to decide. */
    readonly suspended: number
    /** Changed while they were looked at: the next sweep looks again. */
    readonly changed: number
  }
  /** What the time did not suffice for: the next sweep goes on there. */
  readonly left: readonly Phase[]
}

export interface SweepParts {
  readonly database: Database
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
  let users = 0
  const deleteUsers = async (uids: readonly string[]): Promise<void> => {
    if (!settings.deleteAnonymousUsers || dryRun) return
    users += await deleteStrandedUsers(database, identity, uids)
  }

  // What grows fastest goes first.
  const windows = await sweepWindows(pass)
  const revocations = await sweepRevocations(pass)
  const expired = await sweepExpired(pass)
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
      usage,
    },
    marked: unused.marked + idle.marked,
    kept: {
      revived: ended.revived,
      suspended: idle.suspended,
      changed: ended.changed + unused.changed + idle.changed,
    },
    left: [...left],
  }
}
