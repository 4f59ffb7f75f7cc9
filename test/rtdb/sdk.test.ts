import { deleteApp, initializeApp, type FirebaseApp } from 'firebase/app'
import {
  connectDatabaseEmulator,
  get,
  getDatabase,
  increment,
  limitToLast,
  onValue,
  orderByChild,
  query,
  ref,
  remove,
  runTransaction,
  serverTimestamp,
  set,
  update,
  type Database,
  type EmulatorMockTokenOptions,
} from 'firebase/database'
import {
  deleteApp as deleteAdminApp,
  initializeApp as initializeAdminApp,
} from 'firebase-admin/app'
import { getDatabase as getAdminDatabase } from 'firebase-admin/database'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'

const RULES = JSON.stringify({
  rules: {
    open: { '.read': true, '.write': true, '.indexOn': 'n' },
    users: { $uid: { '.read': 'auth.uid === $uid', '.write': 'auth.uid === $uid' } },
    backend: { '.read': 'auth.backend === true', '.write': 'auth.backend === true' },
    counter: { '.read': true, '.write': 'newData.val() === (data.exists() ? data.val() + 1 : 1)' },
  },
})

let rtdb: Rtdb
const apps: FirebaseApp[] = []

function client(mockUserToken?: EmulatorMockTokenOptions): Database {
  const databaseURL = 'https://demo-sdk.firebaseio.com'
  const app = initializeApp({ projectId: 'demo-sdk', databaseURL }, `app-${apps.length}`)
  apps.push(app)
  const database = getDatabase(app)
  connectDatabaseEmulator(database, rtdb.host, rtdb.port, mockUserToken ? { mockUserToken } : {})
  return database
}

beforeAll(async () => {
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) {
    Reflect.deleteProperty(process.env, name)
  }
  rtdb = await startRtdb({ rules: RULES })
})

afterAll(async () => {
  await Promise.all(apps.map(deleteApp))
  await rtdb.close()
})

test('what one client sets, another gets and hears of', async () => {
  const [writer, reader] = [client(), client()]
  const heard: unknown[] = []
  const done = new Promise<void>((resolve) => {
    onValue(ref(reader, 'open/a'), (snapshot) => {
      heard.push(snapshot.val())
      if (snapshot.val() === 2) resolve()
    })
  })
  await set(ref(writer, 'open/a'), 1)
  await update(ref(writer, 'open'), { a: 2, 'b/c': 'x' })
  await done
  expect(heard.at(-1)).toBe(2)
  expect((await get(ref(reader, 'open'))).val()).toEqual({ a: 2, b: { c: 'x' } })
  await remove(ref(writer, 'open'))
  expect((await get(ref(reader, 'open'))).exists()).toBe(false)
})

test('the server resolves timestamps and increments', async () => {
  const database = client()
  const before = Date.now()
  await set(ref(database, 'open/v'), { at: serverTimestamp(), n: 1 })
  await update(ref(database, 'open/v'), { n: increment(4) })
  const value = (await get(ref(database, 'open/v'))).val() as { at: number; n: number }
  expect(value.n).toBe(5)
  expect(value.at).toBeGreaterThanOrEqual(before)
  expect(value.at).toBeLessThanOrEqual(Date.now())
})

test('a user reads and writes its own place only', async () => {
  const alice = client({ sub: 'alice' })
  await set(ref(alice, 'users/alice/x'), 1)
  await expect(set(ref(alice, 'users/bob/x'), 1)).rejects.toThrow('PERMISSION_DENIED')
  await expect(get(ref(alice, 'users/bob'))).rejects.toThrow('Permission denied')
  await expect(get(ref(client(), 'users/alice'))).rejects.toThrow('Permission denied')
})

test('concurrent transactions of several clients lose no update', async () => {
  const clients = [client(), client(), client(), client()]
  await Promise.all(
    clients.flatMap((database) =>
      Array.from({ length: 5 }, () =>
        runTransaction(ref(database, 'open/count'), (n: number | null) => (n ?? 0) + 1),
      ),
    ),
  )
  expect((await get(ref(clients[0]!, 'open/count'))).val()).toBe(20)
})

test('a transaction under a rule that compares with the data starts from nothing and still gets through', async () => {
  const [a, b] = [client(), client()]
  const next = (n: number | null) => (n ?? 0) + 1
  for (const database of [a, b, a]) await runTransaction(ref(database, 'counter'), next)
  expect((await get(ref(a, 'counter'))).val()).toBe(3)
  await expect(runTransaction(ref(a, 'counter'), () => 77)).rejects.toThrow('permission_denied')
})

test('a query has the exact window, in order', async () => {
  const database = client()
  await set(ref(database, 'open'), { a: { n: 3 }, b: { n: 1 }, c: { n: 2 } })
  const snapshot = await get(query(ref(database, 'open'), orderByChild('n'), limitToLast(2)))
  const keys: unknown[] = []
  snapshot.forEach((child) => void keys.push(child.key))
  expect(keys).toEqual(['c', 'a'])
})

describe('firebase-admin', () => {
  beforeAll(() => {
    process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = `${rtdb.host}:${rtdb.port}`
  })
  afterAll(() => {
    delete process.env['FIREBASE_DATABASE_EMULATOR_HOST']
  })

  const options = { projectId: 'demo-sdk', databaseURL: 'https://demo-sdk.firebaseio.com' }

  test('is the owner, whom no rule binds', async () => {
    const app = initializeAdminApp(options, 'owner')
    const database = getAdminDatabase(app)
    await database.ref('closed/x').set(1)
    expect((await database.ref('closed/x').get()).val()).toBe(1)
    expect((await database.ref('closed').once('value')).val()).toEqual({ x: 1 })
    await deleteAdminApp(app)
  })

  test('is judged by the rules under an auth override', async () => {
    const databaseAuthVariableOverride = { uid: 'backend', backend: true }
    const app = initializeAdminApp({ ...options, databaseAuthVariableOverride }, 'override')
    const database = getAdminDatabase(app)
    await database.ref('backend/x').set(1)
    await expect(database.ref('closed/x').set(1)).rejects.toThrow('PERMISSION_DENIED')
    await deleteAdminApp(app)
  })

  test('is nobody under a null override', async () => {
    const app = initializeAdminApp({ ...options, databaseAuthVariableOverride: null }, 'nobody')
    const database = getAdminDatabase(app)
    await expect(database.ref('backend/x').set(1)).rejects.toThrow('PERMISSION_DENIED')
    await deleteAdminApp(app)
  })
})
