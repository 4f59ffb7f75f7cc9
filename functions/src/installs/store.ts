import type { Database } from '../database.ts'
import { increment, readStored } from '../database.ts'
import type { EncryptionRecord, IssuedEncryption } from './encryption.ts'
import { isCurrent, isInGrace, isUnused, parseInstall, placeName } from './install.ts'
import type { AttestationRecord, Install } from './install.ts'
import { openCounter, openQuota, type OpenQuotas, type OpenStep } from './openLimits.ts'

/** A pending TOTP. Times are Unix milliseconds. */
export interface Challenge {
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
  /** The master secret its TOTP secret is derived from. */
  readonly masterVersion: number
  /** The key that it bought; it buys no second one. */
  readonly claimedBy?: string
}

/** What is dropped for the app, with the record that the guard will check it against. */
export interface Issue {
  readonly install: Install
  readonly apiKey: string
  /** base64url of 32 bytes. */
  readonly hmacSecret: string
  readonly encryption?: IssuedEncryption
}

/** One (UID, slot) pair. */
export interface Place {
  readonly uid: string
  readonly slot: string
}

/** All that issuing reads and writes. Every write is one atomic multi-path update (threat T12). */
export interface InstallStore {
  /**
   * Writes the challenge and drops its code; refused when a live challenge is in the place, or the UID
   * has too many, which its proven owner cannot have.
   */
  startChallenge(
    place: Place,
    challenge: Challenge,
    code: string,
    isOwner: boolean,
  ): Promise<OpenVerdict>
  /** Counts an attempt; refused when there is no live challenge or no attempt left. */
  countAttempt(place: Place, isOwner: boolean, nowMs: number): Promise<OpenVerdict>
  readChallenge(place: Place): Promise<Challenge | null>
  /** The place's latest keys, oldest first: the one that can be used, if there is one, and those before it. */
  readLatest(place: Place): Promise<readonly Install[]>
  /** The same at the other databases that the UID may have registered at; none where there is one. */
  readFormer(place: Place): Promise<readonly Install[]>
  /**
   * Claims the challenge, drops the credential, records the install and supersedes the earlier keys;
   * false when the challenge is no longer live or an earlier key has changed meanwhile.
   * @param isProven whether the UID's owner has asked: then it counts among the UID's keys of the day, and is
   * refused when it has had enough
   */
  claim(
    challenge: Challenge,
    issue: Issue,
    earlier: readonly Superseded[],
    isProven: boolean,
  ): Promise<boolean>
  /** Supersedes a key that was left behind at another database, and takes its drop away. */
  supersede(earlier: Superseded): Promise<boolean>
  /**
   * Drops the shared key of `ISSUANCE=static`, with its record when there is none yet; false when a drop
   * waits in the place, or the key is revoked.
   */
  dropShared(issue: Issue, place: Place): Promise<boolean>
  /** Drops a new credential and supersedes the old key; false when that is no longer active. */
  rotate(issue: Issue, earlier: Superseded): Promise<boolean>
  read(keyId: string): Promise<Install | null>
  /** The keys of its encrypted bodies, which `read` leaves out; null for a key without. */
  readEncryption(keyId: string): Promise<EncryptionRecord | null>
  /** The earlier keys of its place that still work beside it. */
  readInGrace(install: Install, nowMs: number): Promise<readonly Install[]>
  /** Revokes keys for good, all or none, and takes their drop away; false when one of them is not there. */
  revoke(ended: readonly Ended[]): Promise<boolean>
  /** Removes the drop that has done its work; false when the slot holds another key's by now. */
  collect(install: Install, nowMs: number, attestation?: AttestationRecord): Promise<boolean>
  /** Whether this key could not be issued because its UID has been given as many as a day allows. */
  hasKeysEnough(issue: Issue): Promise<boolean>
  /** False when another instance has recorded a later use, or the first one. */
  recordUse(install: Install, nowMs: number, attestation?: AttestationRecord): Promise<boolean>
  /** Makes a dormant key active by its use; false when the sweep, or a new key, was first. */
  revive(install: Install, nowMs: number, attestation?: AttestationRecord): Promise<boolean>
}

/** What became of the write of an open call. `full`: there are as many as a minute may have. */
export type OpenVerdict = 'written' | 'refused' | 'full'

export interface Superseded {
  readonly install: Install
  readonly graceUntil: number
  readonly revocation: Revocation
}

export interface Ended {
  readonly install: Install
  readonly revocation: Revocation
}

/** One entry of the feed that makes warm instances forget a key. */
export interface Revocation {
  /** Unique, sorts by time. */
  readonly id: string
  readonly at: number
  readonly reason: string
}

/**
 * How many of a place's newest records are searched for the active one. It is the newest: no key is
 * issued but the earlier ones are superseded. Clocks of instances, which order the key IDs, differ.
 */
const RECORDS_PER_PLACE_MAX = 10

export interface StoreSettings {
  /** How long the record of a key that has ended is kept, in ms: its app learns why, and operators can ask. */
  readonly retentionMs: number
  /** What all instances together may write for open calls. */
  readonly openQuotas: OpenQuotas
}

/**
 * A grace begins at the latest with the key that follows, and lasts a day at the most; a minute for clocks
 * that differ. So nothing is read for most keys.
 */
const GRACE_MS_MAX = 86_460_000

/** Keys of one UID in a day, as the rules have it: new installs, and rotations. */
export const KEYS_A_DAY_MAX = 50

/** Those of the two days that a grace can reach into. */
const KEYS_IN_GRACE_MAX = 2 * KEYS_A_DAY_MAX

/**
 * A place's latest keys in one database, oldest first. It is indexed at each install, so that they are
 * found without reading all keys of its UID.
 */
export async function readPlace(
  database: Pick<Database, 'select'>,
  place: Place,
  limit: number,
): Promise<readonly Install[]> {
  const name = placeName(place)
  const selection = { orderBy: 'place', from: name, to: name, limit, fromEnd: true }
  const rows = await database.select('installs', selection)
  return rows.map(([keyId, value]) => parseInstall(keyId, value)!)
}

/** The earlier keys of a place that still work beside this one, in its database. */
export async function readInGrace(
  database: Pick<Database, 'select'>,
  install: Install,
  nowMs: number,
): Promise<readonly Install[]> {
  // One that is itself in its grace has a successor, which is not to be touched, nor what is beside it.
  if (!isCurrent(install) || nowMs - install.createdAt > GRACE_MS_MAX) return []
  const keys = await readPlace(database, install, KEYS_IN_GRACE_MAX)
  return keys.filter((key) => isInGrace(key, nowMs))
}

export function makeInstallStore(
  database: Database,
  { retentionMs, openQuotas }: StoreSettings,
): InstallStore {
  /**
   * Writes and counts in one: the counter carries its cap, and the rules refuse the whole write when it
   * is above. Only a refusal reads, to tell whether it was for that.
   */
  const writeOpen = async (
    { step, isOwner, nowMs }: { step: OpenStep; isOwner: boolean; nowMs: number },
    values: Readonly<Record<string, unknown>>,
  ): Promise<OpenVerdict> => {
    const minute = `limits/calls/${minuteOf(nowMs)}`
    const name = openCounter(step, isOwner)
    const cap = openQuota(openQuotas, step, isOwner)
    const counted = { [`${minute}/${name}/count`]: increment(1), [`${minute}/${name}/cap`]: cap }
    if (await database.write({ ...values, ...counted })) return 'written'
    const counter = await readStored(database, `${minute}/${name}`)
    const count = (counter as { count: number } | undefined)?.count ?? 0
    return count >= cap ? 'full' : 'refused'
  }

  return {
    startChallenge: (place, challenge, code, isOwner) => {
      const nowMs = challenge.createdAt
      return writeOpen(
        { step: 'challenges', isOwner, nowMs },
        {
          [challengePath(place)]: { ...challenge, attempts: 0, ownAttempts: 0 },
          [otpPath(place)]: { code, expiresAt: challenge.expiresAt },
          ...(!isOwner && { [`limits/challenges/${minuteOf(nowMs)}/${place.uid}`]: increment(1) }),
        },
      )
    },

    countAttempt: (place, isOwner, nowMs) =>
      writeOpen(
        { step: 'attempts', isOwner, nowMs },
        isOwner
          ? { [`${challengePath(place)}/ownAttempts`]: increment(1) }
          : {
              [`${challengePath(place)}/attempts`]: increment(1),
              [`limits/otpAttempts/${dayOf(nowMs)}/${place.uid}`]: increment(1),
            },
      ),

    readChallenge: async (place) => (await database.read(challengePath(place))) as Challenge | null,

    readLatest: (place) => readPlace(database, place, RECORDS_PER_PLACE_MAX),

    readInGrace: (install, nowMs) => readInGrace(database, install, nowMs),

    claim: (challenge, issue, earlier, isProven) =>
      database.write({
        [`${challengePath(issue.install)}/claimedBy`]: issue.install.keyId,
        [otpPath(issue.install)]: null,
        ...issued(issue, { challengeId: challenge.id }),
        ...(isProven && countedKey(issue)),
        ...joined(earlier.map((each) => superseded(each, retentionMs))),
      }),

    readFormer: () => Promise.resolve([]),

    supersede: (earlier) =>
      database.write({
        ...superseded(earlier, retentionMs),
        // Here no new drop takes its place.
        [credentialPath(earlier.install)]: null,
      }),

    dropShared: async (issue, place) => {
      const { [credentialPath(issue.install)]: credential, ...record } = issued(issue, {})
      const drop = { [credentialPath(place)]: credential }
      return (await database.write(drop)) || database.write({ ...drop, ...record })
    },

    rotate: (issue, earlier) =>
      database.write({
        ...issued(issue, { previousKeyId: earlier.install.keyId }),
        ...countedKey(issue),
        ...superseded(earlier, retentionMs),
      }),

    read: async (keyId) => parseInstall(keyId, await database.read(`installs/${keyId}`)),

    readEncryption: async (keyId) =>
      (await database.read(`installs/${keyId}/encryption`)) as EncryptionRecord | null,

    hasKeysEnough: async (issue) =>
      Number(await readStored(database, keysPath(issue))) >= KEYS_A_DAY_MAX,

    revoke: async (ended) => {
      const changes = ended.map((each) => revoked(each.install, each.revocation, retentionMs))
      if (await database.write(joined(changes.map(({ paths }) => paths)))) return true
      if (changes.every(({ otherwise }) => otherwise === undefined)) return false
      return database.write(joined(changes.map(({ paths, otherwise }) => otherwise ?? paths)))
    },

    collect: (install, nowMs, attestation) =>
      database.write({ ...collected(install), ...used(install, nowMs, attestation) }),

    recordUse: (install, nowMs, attestation) => database.write(used(install, nowMs, attestation)),

    revive: (install, nowMs, attestation) =>
      database.write({
        ...used(install, nowMs, attestation),
        [`installs/${install.keyId}/status`]: 'active',
        [`installs/${install.keyId}/dormantFrom`]: null,
        [`installs/${install.keyId}/removeAfter`]: null,
      }),
  }
}

const challengePath = ({ uid, slot }: Place): string => `challenges/${uid}/${slot}`
const otpPath = ({ uid, slot }: Place): string => `users/${uid}/${slot}/otp`
export const credentialPath = ({ uid, slot }: Place): string => `users/${uid}/${slot}/credential`

/** Windows of counters and nonces, so that the sweep removes a whole one at once. */
export const minuteOf = (ms: number): number => Math.floor(ms / 60_000)
export const hourOf = (ms: number): number => Math.floor(ms / 3_600_000)
export const dayOf = (ms: number): number => Math.floor(ms / 86_400_000)

const keysPath = ({ install: { uid, createdAt } }: Issue): string =>
  `limits/keys/${dayOf(createdAt)}/${uid}`

const countedKey = (issue: Issue) => ({ [keysPath(issue)]: increment(1) })

const joined = (updates: readonly Record<string, unknown>[]): Record<string, unknown> =>
  Object.fromEntries(updates.flatMap((update) => Object.entries(update)))

function issued(issue: Issue, origin: Record<string, string>) {
  const { install, apiKey, hmacSecret, encryption } = issue
  const { keyId, scopes, ...record } = install
  return {
    [credentialPath(install)]: {
      ...{ apiKey, hmacSecret, keyId, issuedAt: install.createdAt },
      ...(encryption && { encryption: encryption.drop }),
    },
    [`installs/${keyId}`]: {
      ...record,
      ...origin,
      place: placeName(install),
      unusedSince: install.createdAt,
      scopes: Object.fromEntries(scopes.map((scope) => [scope, true])),
      ...(encryption && { encryption: encryption.record }),
    },
  }
}

export function superseded({ install, graceUntil, revocation }: Superseded, retentionMs: number) {
  const path = `installs/${install.keyId}`
  return {
    ...ended(install, 'superseded', graceUntil + retentionMs),
    [`${path}/graceUntil`]: graceUntil,
    // The new drop takes the old one's place; the rules hold the two together.
    [`${path}/pickupBy`]: null,
    // Where the key ends at once; else it still decrypts, until its record goes.
    ...(graceUntil <= revocation.at && withoutEncryption(install)),
    ...feedEntry(install, revocation),
  }
}

/** A status that a key does not come back from; the sweep removes the record in its time. */
function ended({ keyId, status }: Install, by: 'superseded' | 'revoked', removeAfter: number) {
  return {
    [`installs/${keyId}/status`]: by,
    [`installs/${keyId}/removeAfter`]: removeAfter,
    [`installs/${keyId}/unusedSince`]: null,
    // Only a dormant key has it, and the rules let nobody remove what is not there.
    ...(status === 'dormant' && { [`installs/${keyId}/dormantFrom`]: null }),
  }
}

/**
 * Revokes a key for good, and takes its drop away; `otherwise` is for the place that holds a newer key's
 * drop by now, which the rules keep.
 */
export function revoked(install: Install, revocation: Revocation, retentionMs: number) {
  const record = {
    ...ended(install, 'revoked', revocation.at + retentionMs),
    [`installs/${install.keyId}/reason`]: revocation.reason,
    ...withoutEncryption(install),
    ...feedEntry(install, revocation),
  }
  // A superseded key has no drop: what lies in its place is its successor's.
  if (install.status === 'superseded') return { paths: record }
  return { paths: { ...record, ...collected(install) }, otherwise: record }
}

/** Nothing is decrypted for a key that has ended. */
const withoutEncryption = ({ keyId, encryption }: Install) =>
  encryption !== undefined && { [`installs/${keyId}/encryption`]: null }

function used(install: Install, nowMs: number, attestation?: AttestationRecord) {
  const path = `installs/${install.keyId}`
  return {
    [`${path}/lastUsedAt`]: nowMs,
    ...(isUnused(install) && { [`${path}/firstUsedAt`]: nowMs, [`${path}/unusedSince`]: null }),
    ...(attestation && { [`${path}/attestation`]: attestation }),
  }
}

function collected(install: Install) {
  return { [credentialPath(install)]: null, [`installs/${install.keyId}/pickupBy`]: null }
}

export function feedEntry(install: Install, { id, at, reason }: Revocation) {
  return { [`revocations/${id}`]: { keyId: install.keyId, at, reason } }
}
