import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
  type RulesTestEnvironment,
} from '@firebase/rules-unit-testing'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'

const rules = `{
  // Comments are part of a rules file.
  "rules": {
    "users": { "$uid": {
      ".read": "auth.uid === $uid",
      ".write": "auth.uid === $uid && auth.token.role === 'editor'",
      ".validate": "newData.isString()"
    } }
  }
}`

let rtdb: Rtdb
let environment: RulesTestEnvironment

beforeAll(async () => {
  for (const name of ['HTTP_PROXY', 'http_proxy']) Reflect.deleteProperty(process.env, name)
  rtdb = await startRtdb()
  const { host, port } = rtdb
  environment = await initializeTestEnvironment({
    projectId: 'demo-unit',
    database: { host, port, rules },
  })
})

afterEach(() => environment.clearDatabase())

afterAll(async () => {
  await environment.cleanup()
  await rtdb.close()
})

test('the rules that the library loads decide for users and strangers', async () => {
  const editor = environment.authenticatedContext('u', { role: 'editor' }).database()
  const reader = environment.authenticatedContext('u').database()
  const stranger = environment.unauthenticatedContext().database()
  await assertSucceeds(editor.ref('users/u').set('x'))
  await assertSucceeds(reader.ref('users/u').get())
  await assertFails(editor.ref('users/u').set(1))
  await assertFails(editor.ref('users/v').set('x'))
  await assertFails(reader.ref('users/u').set('x'))
  await assertFails(stranger.ref('users/u').get())
})

test('with rules disabled everything is allowed, and clearing removes it', async () => {
  await environment.withSecurityRulesDisabled(async (context) => {
    await context.database().ref('anything').set({ at: 'all' })
  })
  expect(rtdb.export('demo-unit')).toEqual({ anything: { at: 'all' } })
  await environment.clearDatabase()
  expect(rtdb.export('demo-unit')).toBeNull()
})
