import type { Database } from '../database.ts'
import { minuteOf } from '../installs/store.ts'
import type { ShardMap } from '../shards.ts'

/** Nonces that all instances share: create-if-absent in the database. */
export interface DurableNonces {
  /** False when the nonce was used before, at any instance. @throws ApiError `unavailable` */
  claim(keyId: string, nonce: string, created: number): Promise<boolean>
}

/** One plain write each: the rules refuse a second one, so nothing is read. */
export function makeDurableNonces(database: Database): DurableNonces {
  return {
    claim: (keyId, nonce, created) =>
      database.create(`nonces/${minuteOf(created * 1000)}/${keyId}-${nonce}`, true),
  }
}

/** Each key's nonces in its own database. */
export function makeShardedNonces(all: readonly DurableNonces[], shards: ShardMap): DurableNonces {
  return {
    // Its record has been read by now, so there is such a database.
    claim: (keyId, ...rest) => all[shards.ofKey(keyId)!]!.claim(keyId, ...rest),
  }
}
