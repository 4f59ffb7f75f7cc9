import { Agent } from 'node:https'
import { connect } from 'node:net'
import { deleteApp, initializeApp, type App } from 'firebase-admin/app'
import { getAppCheck } from 'firebase-admin/app-check'
import { issuerKeys } from '../../scripts/attest/issuerKeys.ts'
import { LOCAL_KEY_ID, mintAppCheck } from '../../scripts/attest/mint.ts'
import { randomSecrets } from '../../scripts/local/secrets.ts'
import { connectAppCheck } from '../../functions/src/appCheckTokens.ts'
import { startGoogle, type Google } from './harness/google.ts'

// The Admin SDK itself, asking a server here for what it asks Google for: it knows Google's address alone,
// but takes the agent that opens its connections. That Google answers so is what its REST reference says:
// https://firebase.google.com/docs/reference/appcheck/rest/v1beta/projects/verifyAppCheckToken

const keys = issuerKeys(randomSecrets())
let google: Google
let app: App
beforeAll(async () => {
  google = await startGoogle(keys.appCheckPem, LOCAL_KEY_ID)
  /** Wherever the SDK wants to go; there is no TLS to end here. */
  class Here extends Agent {
    override createConnection() {
      return connect(google.port, '127.0.0.1')
    }
  }
  app = initializeApp(
    {
      projectId: 'demo-latchkey',
      credential: {
        getAccessToken: () => Promise.resolve({ access_token: 'ours', expires_in: 3600 }),
      },
      httpAgent: new Here(),
    },
    'app-check-tokens',
  )
})
afterAll(async () => {
  await deleteApp(app)
  await google.close()
})
beforeEach(() => google.reset())

const firebase = {
  openAppCheck: () => Promise.resolve(getAppCheck(app)),
  openAuth: () => Promise.reject(new Error('not asked for')),
  openDatabase: () => Promise.reject(new Error('not asked for')),
  close: () => Promise.resolve(),
}
const consume = connectAppCheck(() => Promise.resolve(firebase), { deadlineMs: 5000 })

test('a token is used up by the first who brings it, and asked about as Google wants to be', async () => {
  const token = await mintAppCheck(keys)
  expect(await consume(token)).toBe(true)
  expect(await consume(token)).toBe(false)
  expect(google.asked[0]).toMatchObject({
    host: 'firebaseappcheck.googleapis.com',
    line: 'POST /v1beta/projects/demo-latchkey:verifyAppCheckToken',
    authorization: 'Bearer ours',
    body: { app_check_token: token },
  })
})

test('of twenty at once one is the first', async () => {
  const token = await mintAppCheck(keys)
  const answers = await Promise.all(Array.from({ length: 20 }, () => consume(token)))
  expect(answers.filter(Boolean)).toHaveLength(1)
})

test('a token that has ended meanwhile is as good as used', async () => {
  const now = Math.floor(Date.now() / 1000) - 7200
  expect(await consume(await mintAppCheck(keys, { now }))).toBe(false)
  expect(google.asked).toEqual([])
})

describe('whatever else comes back, nobody passes: it is an error, and so a 503', () => {
  const ANSWERS: Record<string, [status: number, body: string]> = {
    'the role is missing': [403, '{"error":{"status":"PERMISSION_DENIED","message":"no"}}'],
    'Google does not know the token': [400, '{"error":{"status":"INVALID_ARGUMENT"}}'],
    'something failed there': [500, '{"error":{"status":"INTERNAL"}}'],
    'no JSON': [502, '<html>'],
    'another form': [200, '{"alreadyConsumed":"no"}'],
  }
  test.each(Object.entries(ANSWERS))('%s', async (_what, [status, body]) => {
    google.answer = { status, body }
    await expect(consume(await mintAppCheck(keys))).rejects.toThrow()
  })

  test('no answer in time', async () => {
    google.answer = 'never'
    const hasty = connectAppCheck(() => Promise.resolve(firebase), { deadlineMs: 100 })
    await expect(hasty(await mintAppCheck(keys))).rejects.toMatchObject({ code: 'unavailable' })
  })
})
