import { connectDatabase, type Database } from '../../functions/src/database.ts'
import { startFirebase, type FirebaseApp } from '../../functions/src/firebase.ts'
import { connectIdentity, type Identity } from '../../functions/src/identity.ts'
import { asShard } from '../../functions/src/shardDatabase.ts'
import { makeShardMap, type ShardMap } from '../../functions/src/shards.ts'
import type { Target } from './target.ts'

/** What a command works with, under the backend identity: the rules hold for operators as well. */
export interface Connection {
  /** All databases of the project, in the order of `shards`. */
  readonly databases: readonly Database[]
  readonly shards: ShardMap
  readonly identity: Identity
  readonly firebase: FirebaseApp
}

/** A connection from a desk may take longer than one inside a data centre. */
const DEADLINE_MS = 10_000

/**
 * Connects for as long as `work` takes. What the SDK has to say, as that a database is in another region, goes
 * to stderr: the service silences it, but in its bundle's copy of the SDK's logger, which is not this one.
 */
export async function withConnection<T>(
  { databaseUrls }: Pick<Target, 'databaseUrls'>,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const firebase = await startFirebase(databaseUrls[0]!)
  const app = () => Promise.resolve(firebase)
  const shards = makeShardMap(databaseUrls)
  const opened = databaseUrls.map((url) => connectDatabase(app, { deadlineMs: DEADLINE_MS, url }))
  try {
    return await work({
      // One alone has nothing to be mistaken for.
      databases: opened.length === 1 ? opened : opened.map(asShard),
      shards,
      identity: connectIdentity(app, { deadlineMs: DEADLINE_MS }),
      firebase,
    })
  } finally {
    for (const database of opened) database.close()
    await firebase.close()
  }
}

/** The database that a key was issued in; undefined when the project has no such database. */
export function databaseOf(
  { databases, shards }: Pick<Connection, 'databases' | 'shards'>,
  keyId: string,
): Database | undefined {
  if (databases.length === 1) return databases[0]
  const shard = shards.ofKey(keyId)
  return shard === undefined ? undefined : databases[shard]
}
