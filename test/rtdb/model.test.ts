import fc from 'fast-check'
import { deleteApp, initializeApp, type FirebaseApp } from 'firebase/app'
import {
  child,
  connectDatabaseEmulator,
  get,
  getDatabase,
  limitToFirst,
  limitToLast,
  endBefore,
  equalTo,
  onValue,
  orderByChild,
  orderByKey,
  orderByPriority,
  orderByValue,
  query,
  ref,
  startAt,
  type DataSnapshot,
  type Query,
  type QueryConstraint,
} from 'firebase/database'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'
import { WireClient } from './support/wireClient.ts'

/**
 * Live listeners of the real SDK are compared with fresh reads after every one of many random writes.
 * Each listener has a client of its own: the SDK lets listeners of one client disturb each other.
 */

const NAMESPACE = 'demo-model'
const ROUNDS = 120

const constraints: [string, ...QueryConstraint[]][] = [
  ['the whole list'],
  ['the last by child', orderByChild('n'), limitToLast(3)],
  ['the first by deep child', orderByChild('deep/n'), limitToFirst(2)],
  ['a range by child', orderByChild('n'), startAt(1), endBefore(4)],
  ['one value', orderByChild('n'), equalTo(2)],
  ['the first by key', orderByKey(), limitToFirst(3)],
  ['keys from c', orderByKey(), startAt('c')],
  ['the last by value', orderByValue(), limitToLast(2)],
  ['the last by priority', orderByPriority(), limitToLast(3)],
]

let rtdb: Rtdb
const apps: FirebaseApp[] = []

beforeAll(async () => {
  for (const name of ['HTTP_PROXY', 'http_proxy']) Reflect.deleteProperty(process.env, name)
  const list = { '.indexOn': ['n', 'deep/n', '.value'] }
  const rules = JSON.stringify({ rules: { '.read': true, '.write': true, list } })
  rtdb = await startRtdb({ rules })
})

afterAll(async () => {
  await Promise.all(apps.map(deleteApp))
  await rtdb.close()
})

function listOf(name: string): ReturnType<typeof ref> {
  const databaseURL = `https://${NAMESPACE}.firebaseio.com`
  const app = initializeApp({ projectId: NAMESPACE, databaseURL }, name)
  apps.push(app)
  const database = getDatabase(app)
  connectDatabaseEmulator(database, rtdb.host, rtdb.port)
  return ref(database, 'list')
}

/** Values and priorities in the order in which the query shows them. */
function shown(snapshot: DataSnapshot): unknown {
  const children: unknown[] = []
  snapshot.forEach((child) => void children.push([child.key, child.exportVal()]))
  return children
}

interface Follower {
  name: string
  query: Query
  latest: unknown
  fresh: Query
}

function follow([name, ...all]: (typeof constraints)[number]): Promise<Follower> {
  const follower: Follower = {
    name,
    query: query(listOf(`live ${name}`), ...all),
    latest: undefined,
    fresh: query(listOf(`fresh ${name}`), ...all),
  }
  return new Promise((resolve, reject) => {
    onValue(
      follower.query,
      (snapshot) => {
        follower.latest = shown(snapshot)
        resolve(follower)
      },
      reject,
    )
  })
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '1', '10')
const number = fc.integer({ min: 0, max: 5 })
const leaf = fc.oneof(number, fc.constantFrom('x', 'y', true, false, null))
const item = fc.oneof(
  leaf,
  fc.record({ n: leaf, deep: fc.record({ n: number }), '.priority': number }, { requiredKeys: [] }),
  fc.record({ '.value': number, '.priority': fc.oneof(number, fc.constant('p')) }),
)
const items = fc.dictionary(key, item, { maxKeys: 6 })
const write = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(key, item).map(([k, d]) => ['p', { p: `/list/${k}`, d }]) },
  { weight: 3, arbitrary: fc.tuple(key, leaf).map(([k, d]) => ['p', { p: `/list/${k}/n`, d }]) },
  { weight: 3, arbitrary: items.map((d) => ['m', { p: '/list', d }]) },
  {
    weight: 2,
    arbitrary: fc.tuple(key, key, number).map(([k, l, d]) => {
      return [
        'm',
        { p: '/', d: { [`list/${k}/n`]: d, [`list/${k}/deep/n`]: d, [`other/${l}`]: d } },
      ]
    }),
  },
  { weight: 1, arbitrary: items.map((d) => ['p', { p: '/list', d }]) },
  { weight: 1, arbitrary: items.map((list) => ['p', { p: '/', d: { list, other: 1 } }]) },
  {
    weight: 1,
    arbitrary: fc.tuple(key, number).map(([k, d]) => ['p', { p: `/list/${k}/.priority`, d }]),
  },
) as fc.Arbitrary<[string, object]>

test('a live listener always has what a fresh read gives', async () => {
  const followers = await Promise.all(constraints.map(follow))
  const writer = await WireClient.connect(rtdb, NAMESPACE)
  const writes = fc.sample(write, { numRuns: ROUNDS, seed: 20_260 })
  for (const [round, [action, body]] of writes.entries()) {
    expect((await writer.request(action, body)).s).toBe('ok')
    for (const follower of followers) {
      // The answer to this read comes after all that the server had to tell the listener's client.
      await get(child(follower.query.ref.root, 'fence'))
      const fresh = shown(await get(follower.fresh))
      expect([round, follower.name, action, body, follower.latest]).toEqual([
        ...[round, follower.name, action, body],
        fresh,
      ])
    }
  }
  await writer.close()
}, 120_000)
