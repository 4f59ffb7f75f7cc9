import { unavailable } from '../deadline.ts'
import type { ShardMap } from '../shards.ts'
import type { InstallStore } from './store.ts'

/**
 * The stores of all databases as one: what belongs to a UID is found by the UID, what belongs to a key
 * by the number in its ID.
 * @param stores in the order of the list
 */
export function makeShardedStore(stores: readonly InstallStore[], shards: ShardMap): InstallStore {
  const atUid = (uid: string): InstallStore => stores[shards.ofUid(uid)]!

  /**
   * A key ID is believed only after its MAC, so a number beyond the list was issued under a longer one:
   * the list was cut. 503, for that can be mended; `key_revoked` would make apps throw their keys away.
   */
  const atKey = (keyId: string): InstallStore => {
    const index = shards.ofKey(keyId)
    if (index === undefined) throw unavailable('a database that DATABASE_URLS has lost')
    return stores[index]!
  }

  return {
    startChallenge: (place, ...rest) => atUid(place.uid).startChallenge(place, ...rest),
    countAttempt: (place, ...rest) => atUid(place.uid).countAttempt(place, ...rest),
    readChallenge: (place) => atUid(place.uid).readChallenge(place),
    readLatest: (place) => atUid(place.uid).readLatest(place),
    readFormer: async (place) => {
      const former = shards.formerOf(place.uid)
      return (await Promise.all(former.map((index) => stores[index]!.readLatest(place)))).flat()
    },
    claim: (challenge, issue, ...rest) =>
      atKey(issue.install.keyId).claim(challenge, issue, ...rest),
    supersede: (earlier) => atKey(earlier.install.keyId).supersede(earlier),
    // Where its record is, or the rules could not hold the two together.
    dropShared: (issue, place) => atKey(issue.install.keyId).dropShared(issue, place),
    rotate: (issue, earlier) => atKey(earlier.install.keyId).rotate(issue, earlier),
    // Not thrown at once: whoever reads waits for a promise.
    hasKeysEnough: async (issue) => atKey(issue.install.keyId).hasKeysEnough(issue),
    read: async (keyId) => atKey(keyId).read(keyId),
    readEncryption: async (keyId) => atKey(keyId).readEncryption(keyId),
    readInGrace: async (install, nowMs) => atKey(install.keyId).readInGrace(install, nowMs),
    // All of one place and database.
    revoke: (ended) => atKey(ended[0]!.install.keyId).revoke(ended),
    collect: (install, ...rest) => atKey(install.keyId).collect(install, ...rest),
    recordUse: (install, ...rest) => atKey(install.keyId).recordUse(install, ...rest),
    revive: (install, ...rest) => atKey(install.keyId).revive(install, ...rest),
  }
}
