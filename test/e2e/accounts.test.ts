import { randomUUID } from 'node:crypto'
import { deleteApp, initializeApp, type FirebaseApp } from 'firebase/app'
import { connectAuthEmulator, getAuth, signInWithCustomToken, type User } from 'firebase/auth'
import { codeFor, nextTextTo, textsTo } from './harness/outbox.ts'
import { sendCall, startRegisteredApp, type RegisteredApp } from './harness/registeredApp.ts'
import { running } from './harness/running.ts'

// The emulator starts one process for each of several requests at once, on a machine that is busy.
jest.setTimeout(60_000)

const { projectId, authEmulatorHost, databaseEmulatorHost, namespace } = running()

let app: RegisteredApp
const sessions: FirebaseApp[] = []

beforeAll(async () => {
  app = await startRegisteredApp()
})
afterAll(async () => {
  await Promise.all([app.close(), ...sessions.map((session) => deleteApp(session))])
})

/** Signs in with what `verify_otp` and `login` answer, as the app does. */
async function signIn(answer: Response): Promise<User> {
  const { customToken } = (await answer.json()) as { customToken: string }
  const session = initializeApp({ projectId, apiKey: 'demo' }, randomUUID())
  sessions.push(session)
  const auth = getAuth(session)
  connectAuthEmulator(auth, `http://${authEmulatorHost}`, { disableWarnings: true })
  return (await signInWithCustomToken(auth, customToken)).user
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

let numbersGiven = 0
/** A German mobile number that no other test uses. */
const newNumber = (): string => `+4915123456${String(100 + numbersGiven++)}`

test('sign-up, login, a reset, and the old password is worth nothing', async () => {
  const phone = newNumber()
  const [password, next] = ['correct horse battery', 'staple of another colour']

  const registered = await app.post('/register', { phone, password })
  expect([registered.status, await registered.json()]).toEqual([202, { status: 'accepted' }])
  const early = await app.post('/login', { phone, password })
  expect([early.status, await codeOf(early)]).toEqual([401, 'login_rejected'])

  const verified = await app.post('/verify_otp', { phone, otp: await codeFor(phone) })
  expect(verified.status).toBe(200)
  const user = await signIn(verified)
  expect(user.uid).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(user.isAnonymous).toBe(false)
  // Neither the UID nor the token that everybody in the project can read holds the number.
  expect(user.uid + (await user.getIdToken())).not.toContain(phone.slice(1))

  const loggedIn = await app.post('/login', { phone, password })
  expect(loggedIn.status).toBe(200)
  expect((await signIn(loggedIn)).uid).toBe(user.uid)

  const asked = await app.postPatiently('/password/reset', { phone })
  expect([asked.status, await asked.json()]).toEqual([202, { status: 'accepted' }])
  const otp = await codeFor(phone)
  const changed = await app.post('/password/confirm', { phone, otp, password: next })
  expect([changed.status, await changed.json()]).toEqual([200, { status: 'changed' }])

  const old = await app.post('/login', { phone, password })
  expect([old.status, await codeOf(old)]).toEqual([401, 'login_rejected'])
  const now = await app.post('/login', { phone, password: next })
  expect(now.status).toBe(200)
  expect((await signIn(now)).uid).toBe(user.uid)

  const again = await app.post('/password/confirm', { phone, otp, password })
  expect([again.status, await codeOf(again)]).toEqual([401, 'otp_rejected'])
})

test('a code that was sent again replaces the one before', async () => {
  const phone = newNumber()
  await app.post('/register', { phone, password: 'first come first served' })
  const first = await codeFor(phone)
  expect((await app.postPatiently('/resend_otp', { phone })).status).toBe(202)
  const second = await codeFor(phone)
  expect(textsTo(phone)).toHaveLength(2)

  if (first !== second) {
    const stale = await app.post('/verify_otp', { phone, otp: first })
    expect([stale.status, await codeOf(stale)]).toEqual([401, 'otp_rejected'])
  }
  expect((await app.post('/verify_otp', { phone, otp: second })).status).toBe(200)
})

test('a code is good for the install that asked for it, and for no other', async () => {
  const phone = newNumber()
  const thief = await startRegisteredApp()
  await app.post('/register', { phone, password: 'mine and only mine' })
  const otp = await codeFor(phone)
  const stolen = await thief.post('/verify_otp', { phone, otp })
  expect([stolen.status, await codeOf(stolen)]).toEqual([401, 'otp_rejected'])
  expect((await app.post('/verify_otp', { phone, otp })).status).toBe(200)
  await thief.close()
})

test('who signs up with the number of an account is told nothing, and its owner is told', async () => {
  const phone = newNumber()
  const password = 'the password of the owner'
  await app.post('/register', { phone, password })
  await app.post('/verify_otp', { phone, otp: await codeFor(phone) })

  const stranger = await startRegisteredApp()
  const tried = await stranger.postPatiently('/register', { phone, password: 'of a stranger' })
  expect([tried.status, await tried.json()]).toEqual([202, { status: 'accepted' }])
  const told = await nextTextTo(phone)
  expect(told.code).toBeNull()
  expect(told.text).not.toMatch(/[0-9]{6}/)
  expect((await app.post('/login', { phone, password })).status).toBe(200)
  await stranger.close()
})

test('a repeated Idempotency-Key buys one text, whichever instances it reaches', async () => {
  const phone = newNumber()
  const body = { phone, password: 'once and once only' }
  const key = { 'Idempotency-Key': randomUUID() }

  // The emulator runs one request at a time in a process: four at once are four instances.
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => app.post('/register', body, key)),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status !== 202 && status !== 409)).toEqual([])
  expect(statuses).toContain(202)
  await nextTextTo(phone)
  expect(textsTo(phone)).toHaveLength(1)

  const repeated = await app.post('/register', body, key)
  expect([repeated.status, await repeated.json()]).toEqual([202, { status: 'accepted' }])
  const other = await app.post('/register', { ...body, password: 'something else' }, key)
  expect([other.status, await codeOf(other)]).toEqual([422, 'idempotency_mismatch'])
  expect(textsTo(phone)).toHaveLength(1)
})

test('a captured request buys no second text', async () => {
  const phone = newNumber()
  const captured = await app.sign('/register', { phone, password: 'sent by me alone' })
  expect((await sendCall(captured)).status).toBe(202)
  const replays = await Promise.all(Array.from({ length: 4 }, () => sendCall(captured)))
  for (const replay of replays) {
    expect([replay.status, await codeOf(replay)]).toEqual([401, 'replayed'])
  }
  await nextTextTo(phone)
  expect(textsTo(phone)).toHaveLength(1)
})

test.each([
  ['/register', { password: 'no scope no text' }],
  ['/resend_otp', {}],
  ['/password/reset', {}],
  ['/verify_otp', { otp: '000000' }],
  ['/password/confirm', { otp: '000000', password: 'no scope no text' }],
  ['/login', { password: 'no scope no text' }],
])('%s asks for the scope accounts', async (path, rest) => {
  const unscoped = await startRegisteredApp()
  const scopes = `http://${databaseEmulatorHost}/installs/${unscoped.keyId}/scopes.json?ns=${namespace}`
  // As the operator of the database: the rules bind everybody else.
  const asOwner = { method: 'DELETE', headers: { Authorization: 'Bearer owner' } }
  expect((await fetch(scopes, asOwner)).status).toBe(200)

  const phone = newNumber()
  const refused = await unscoped.post(path, { phone, ...rest })
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'scope_missing'])
  expect(textsTo(phone)).toEqual([])
  await unscoped.close()
})
