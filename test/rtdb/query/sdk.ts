import { deleteApp, initializeApp } from 'firebase/app'
import { getDatabase, goOffline, onValue, query, ref, set } from 'firebase/database'
import type { Database, QueryConstraint } from 'firebase/database'

import type { Json } from '../../../rtdb/src/tree/index.ts'

/** What the SDK finds in data of its own: it serves local writes without any server. */
export interface SdkResult {
  /** The query as it would be sent. */
  wire: unknown
  /** The keys found, in the SDK's order. */
  keys: string[]
  hash: string
}

/** The real SDK as an oracle, never connected. To be closed. */
export function offlineSdk() {
  // Port 9 (discard): even a connection by mistake would find nobody.
  const app = initializeApp({ databaseURL: 'http://127.0.0.1:9?ns=oracle' }, 'oracle')
  const database = getDatabase(app)
  goOffline(database)
  let runs = 0
  return {
    ask: (data: Json, constraints: QueryConstraint[] = []) =>
      ask(database, `run${(runs += 1)}`, data, constraints),
    close: () => deleteApp(app),
  }
}

function ask(
  database: Database,
  path: string,
  data: Json,
  constraints: QueryConstraint[],
): SdkResult {
  const location = ref(database, path)
  const asked = query(location, ...constraints)
  // Offline, the promise of a write never settles.
  void set(location, data)
  let found: SdkResult | undefined
  onValue(asked, (snapshot) => {
    const keys: string[] = []
    snapshot.forEach((child) => {
      keys.push(child.key)
    })
    // The only way to the SDK's own hash and wire query is through its inner members.
    const { _node } = snapshot as unknown as { _node: { hash(): string } }
    const { _queryObject } = asked as unknown as { _queryObject: unknown }
    found = { wire: _queryObject, keys, hash: _node.hash() }
  })()
  if (found === undefined) throw new Error('The SDK has not answered from its local data')
  return found
}
