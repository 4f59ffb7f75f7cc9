import type { Row } from '../database.ts'
import { apply, pages, type Change, type Pass } from './pass.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** How long keys are kept, in ms. */
export interface KeySettings {
  /** Since its last use. */
  readonly dormantMs: number
  /** Since it was issued, for one that was never used. */
  readonly unusedMs: number
  /** Since it was made dormant. */
  readonly dormantGraceMs: number
}

/** A record as far as the sweep looks at it; functions/src/installs/install.ts has the whole. */
interface Stored {
  readonly uid: string
  readonly slot: string
  readonly status: string
  readonly lastUsedAt: number
  readonly dormantFrom?: number
}

/** Removes drops that no app has collected in time. Their keys stay: the app may have read them. */
export async function sweepDrops(pass: Pass): Promise<number> {
  let removed = 0
  const due = { orderBy: 'pickupBy', from: 1, to: pass.nowMs }
  for await (const rows of pages(pass, 'drops', 'installs', due)) {
    removed += await apply(
      pass,
      rows.map(([keyId, value]) => ({
        paths: { [credentialPath(value as Stored)]: null, [`installs/${keyId}/pickupBy`]: null },
      })),
    )
  }
  return removed
}

/** What was done to keys whose time of removal has come. */
export interface Ended {
  readonly removed: number
  /** Dormant keys that were used meanwhile. */
  readonly revived: number
  /** Changed between the reading and the writing: the next sweep looks again. */
  readonly changed: number
}

/**
 * Removes keys whose `removeAfter` has come: superseded, revoked, dormant. A dormant key goes only if
 * its `lastUsedAt` is still what it was when it was marked. The rules hold that, not this reading:
 * a use and a removal that meet are decided by the database.
 */
export async function removeEnded(
  pass: Pass,
  onRemoved: (uids: readonly string[]) => Promise<void>,
): Promise<Ended> {
  const ended = { removed: 0, revived: 0, changed: 0 }
  const due = { orderBy: 'removeAfter', from: 1, to: pass.nowMs }
  for await (const rows of pages(pass, 'ended keys', 'installs', due)) {
    const [used, unused] = parted(rows, isUsed)
    const revived = await apply(pass, used.map(revival))
    const removed = await apply(pass, unused.map(removal))
    ended.revived += revived
    ended.removed += removed
    ended.changed += rows.length - revived - removed
    await onRemoved(unused.map(([, value]) => (value as Stored).uid))
  }
  return ended
}

const isUsed = ([, value]: Row): boolean => {
  const { status, lastUsedAt, dormantFrom } = value as Stored
  return status === 'dormant' && lastUsedAt !== dormantFrom
}

/** An instance that had it cached as active has recorded a use. */
const revival = ([keyId]: Row): Change => ({
  paths: {
    [`installs/${keyId}/status`]: 'active',
    [`installs/${keyId}/dormantFrom`]: null,
    [`installs/${keyId}/removeAfter`]: null,
  },
})

/** Most drops are collected, or have another key's by now, which the rules keep. */
function removal([keyId, value]: Row): Change {
  const record = { [`installs/${keyId}`]: null, [`risk/${keyId}`]: null }
  return { paths: record, otherwise: { ...record, [credentialPath(value as Stored)]: null } }
}

/** What became of keys that seemed to be out of use. */
export interface Marked {
  readonly marked: number
  readonly suspended: number
  readonly changed: number
}

/** Makes keys dormant that were issued and never used. */
export async function markUnused(pass: Pass, settings: KeySettings): Promise<Marked> {
  const due = { orderBy: 'unusedSince', from: 1, to: pass.nowMs - settings.unusedMs }
  const found = { marked: 0, suspended: 0, changed: 0 }
  for await (const rows of pages(pass, 'unused keys', 'installs', due)) {
    const marked = await mark(pass, rows, settings)
    found.marked += marked
    found.changed += rows.length - marked
  }
  return found
}

/**
 * Makes keys dormant that are no longer used. `sweeps/cursor` says how far that has been done: all
 * keys before it are marked or not active, and one that becomes active again has a later last use.
 * @param fromStart pays no regard to the cursor, for data that were restored
 */
export async function markIdle(
  pass: Pass,
  settings: KeySettings,
  fromStart: boolean,
): Promise<Marked> {
  // A day later than the setting says: that is how precisely the last use is known.
  const to = pass.nowMs - settings.dormantMs - DAY_MS
  const found = { marked: 0, suspended: 0, changed: 0 }
  const cursor = fromStart ? null : ((await pass.database.read('sweeps/cursor')) as Cursor | null)
  if (cursor !== null && cursor.lastUsedAt > to) return found
  const start = cursor === null ? { from: 1 } : { after: cursor.lastUsedAt, afterKey: cursor.keyId }
  const idle = { orderBy: 'lastUsedAt', ...start, to }
  for await (const rows of pages(pass, 'idle keys', 'installs', idle)) {
    const active = rows.filter(([, value]) => (value as Stored).status === 'active')
    const marked = await mark(pass, active, settings)
    found.marked += marked
    found.changed += active.length - marked
    found.suspended += rows.filter(([, value]) => (value as Stored).status === 'suspended').length
    const [keyId, value] = rows.at(-1)!
    if (!pass.dryRun) {
      const reached: Cursor = { lastUsedAt: (value as Stored).lastUsedAt, keyId }
      await pass.database.create('sweeps/cursor', reached)
    }
  }
  return found
}

interface Cursor {
  readonly lastUsedAt: number
  readonly keyId: string
}

/** The rules refuse it for a key that was used since it was read. Not told in the feed: it still works. */
const mark = (pass: Pass, rows: readonly Row[], { dormantGraceMs }: KeySettings): Promise<number> =>
  apply(
    pass,
    rows.map(([keyId, value]) => ({
      paths: {
        [`installs/${keyId}/status`]: 'dormant',
        [`installs/${keyId}/dormantFrom`]: (value as Stored).lastUsedAt,
        [`installs/${keyId}/removeAfter`]: pass.nowMs + dormantGraceMs,
        [`installs/${keyId}/unusedSince`]: null,
      },
    })),
  )

const credentialPath = ({ uid, slot }: Stored): string => `users/${uid}/${slot}/credential`

function parted<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))]
}
