import type { Database } from '../database.ts'
import { followRevocations, HEARTBEAT_MS, type RevocationFeed } from './revocationFeed.ts'

/** The revocation feeds of all databases: each is live or not on its own. */
export interface RevocationFeeds {
  /** Begins with the first record that is cached of this database: before, there is nothing to forget. */
  begin(shard: number | undefined): void
  /** As of `RevocationFeed`. */
  liveSince(shard: number | undefined, nowMs: number): number
  stop(): void
}

export function makeRevocationFeeds(
  databases: readonly Database[],
  now: () => number,
  onRevoked: (keyId: string) => void,
): RevocationFeeds {
  const feeds: (RevocationFeed | undefined)[] = databases.map(() => undefined)
  const hearts: NodeJS.Timeout[] = []
  return {
    begin: (shard) => {
      const database = shard === undefined ? undefined : databases[shard]
      if (shard === undefined || database === undefined || feeds[shard] !== undefined) return
      const feed = followRevocations(database, now, onRevoked)
      feeds[shard] = feed
      void feed.beat()
      hearts.push(setInterval(() => void feed.beat(), HEARTBEAT_MS).unref())
    },
    liveSince: (shard, nowMs) =>
      (shard === undefined ? undefined : feeds[shard])?.liveSince(nowMs) ??
      Number.POSITIVE_INFINITY,
    stop: () => {
      for (const heart of hearts) clearInterval(heart)
      for (const feed of feeds) feed?.stop()
    },
  }
}
