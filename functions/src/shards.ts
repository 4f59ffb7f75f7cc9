import { createHash } from 'node:crypto'

/** A key ID has room for 8 bits. */
export const SHARDS_MAX = 256

/** Where UIDs and keys live, as numbers of the list of databases. Pure: nothing is looked up. */
export interface ShardMap {
  readonly urls: readonly string[]
  /** Where a UID registers. */
  ofUid(uid: string): number
  /** Where it may have registered while the list was shorter; without the present one. */
  formerOf(uid: string): readonly number[]
  /** Both, the present one first. */
  everOf(uid: string): readonly number[]
  /** Where a key was issued; undefined when the list has no such number. */
  ofKey(keyId: string): number | undefined
}

/**
 * Rendezvous hashing: a UID lives at the database whose URL scores highest with it. A database that is
 * added to the end of the list takes its share of the UIDs from all others and moves no other UID; and
 * as each key carries its number, no key that exists moves at all.
 */
export function makeShardMap(urls: readonly string[]): ShardMap {
  /** Each number that has led the list at some length, the present one last. */
  const leadersOf = (uid: string): number[] => {
    const leaders: number[] = []
    let best = -1n
    urls.forEach((url, index) => {
      const score = scoreOf(url, uid)
      if (score <= best) return
      best = score
      leaders.push(index)
    })
    return leaders
  }
  const isAlone = urls.length === 1

  return {
    urls,
    ofUid: (uid) => (isAlone ? 0 : leadersOf(uid).at(-1)!),
    formerOf: (uid) => (isAlone ? [] : leadersOf(uid).slice(0, -1)),
    everOf: (uid) => (isAlone ? [0] : leadersOf(uid).reverse()),
    ofKey: (keyId) => {
      const index = 16 * digitAt(keyId, INDEX_AT) + digitAt(keyId, INDEX_AT + 1)
      return index < urls.length ? index : undefined
    },
  }
}

/** The UID ends the text, and no URL has a line break: no two pairs are the same text. */
const scoreOf = (url: string, uid: string): bigint =>
  createHash('sha256').update(`${url}\n${uid}`).digest().readBigUInt64BE()

/**
 * The number stands in byte 11 of the UUIDv7 (RFC 9562 section 5.7): of its last 62 bits, all random,
 * uuid uses the first ones as a counter within a millisecond. 2^54 are left to chance, and the time.
 */
const INDEX_AT = 22

/** Of 0-9 and a-f; by arithmetic, for this is done for every request. */
function digitAt(keyId: string, at: number): number {
  const code = keyId.charCodeAt(at)
  return code < 58 ? code - 48 : code - 87
}

/** The key ID (32 hex digits) with this number in it. */
export const withShard = (keyId: string, shard: number): string =>
  keyId.slice(0, INDEX_AT) + shard.toString(16).padStart(2, '0') + keyId.slice(INDEX_AT + 2)

/** The key ID with the number of another: a successor lives where its key does. */
export const withShardOf = (keyId: string, other: string): string =>
  keyId.slice(0, INDEX_AT) + other.slice(INDEX_AT, INDEX_AT + 2) + keyId.slice(INDEX_AT + 2)
