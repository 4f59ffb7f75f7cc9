import { createServer, type AddressInfo } from 'node:net'
import { isUnavailable } from '../../functions/src/deadline.ts'
import { startFirebase } from '../../functions/src/firebase.ts'
import { connectIdentity, type Identity } from '../../functions/src/identity.ts'
import { running } from './harness/running.ts'

jest.setTimeout(60_000)

const DEADLINE_MS = 3000

let identity: Identity
let close: () => Promise<void>
beforeAll(async () => ({ identity, close } = await connectTo(running().authEmulatorHost)))
afterAll(() => close())

/** The SDK reads the variable with each request. */
async function connectTo(host: string) {
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = host
  process.env['GCLOUD_PROJECT'] = running().projectId
  const app = await startFirebase(running().databaseUrl)
  return {
    identity: connectIdentity(() => Promise.resolve(app), { deadlineMs: DEADLINE_MS }),
    close: () => app.close(),
  }
}

/** A call to the Auth emulator, as its owner where that is needed. */
async function auth(path: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(
    `http://${running().authEmulatorHost}/identitytoolkit.googleapis.com/v1/${path}?key=demo`,
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer owner' },
      body: JSON.stringify(body),
    },
  )
  return (await response.json()) as Record<string, string>
}

const signUp = async () => {
  const response = await fetch(
    `http://${running().authEmulatorHost}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=demo`,
    { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' },
  )
  const { localId, idToken } = (await response.json()) as { localId: string; idToken: string }
  return { uid: localId, idToken }
}

const disable = (uid: string) =>
  auth(`projects/${running().projectId}/accounts:update`, { localId: uid, disableUser: true })

/** The same token with other claims; the emulator signs nothing. */
function changed(idToken: string, claims: object): string {
  const [header, payload, signature] = idToken.split('.')
  const old = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object
  const text = JSON.stringify({ ...old, ...claims })
  return `${header}.${Buffer.from(text).toString('base64url')}.${signature}`
}

test('a token proves its UID', async () => {
  const { uid, idToken } = await signUp()
  expect(await identity.verify(idToken)).toBe(uid)
})

test.each([
  ['no token at all', () => 'x'],
  ['three empty parts', () => '..'],
  ['cut off', (token: string) => token.slice(0, -20).split('.')[0]!],
  ['of another project', (token: string) => changed(token, { aud: 'other', iss: 'other' })],
  ['expired', (token: string) => changed(token, { exp: 1_700_000_000 })],
  ['without a UID', (token: string) => changed(token, { sub: '', user_id: '' })],
  ['with a UID that is no text', (token: string) => changed(token, { sub: 5 })],
  ['of a user who is gone', (token: string) => changed(token, { sub: 'gone', user_id: 'gone' })],
])('a token that is %s proves nothing', async (_what, change) => {
  const { idToken } = await signUp()
  expect(await identity.verify(change(idToken))).toBeNull()
})

test('a user exists, one who is disabled or unknown does not', async () => {
  const [user, disabled] = [await signUp(), await signUp()]
  await disable(disabled.uid)
  expect(await identity.exists(user.uid)).toBe(true)
  expect(await identity.exists(disabled.uid)).toBe(false)
  expect(await identity.exists('nobody-has-this-uid')).toBe(false)
  expect(await identity.exists('__proto__')).toBe(false)
})

describe('with Auth out of reach', () => {
  const outage = async (host: string) => {
    const { idToken } = await signUp()
    const cut = await connectTo(host)
    const startedAt = performance.now()
    const errors = await Promise.all(
      [cut.identity.exists('somebody'), cut.identity.verify(idToken)].map((question) =>
        question.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )
    const ms = performance.now() - startedAt
    await cut.close()
    process.env['FIREBASE_AUTH_EMULATOR_HOST'] = running().authEmulatorHost
    return { errors, ms }
  }

  test.each([
    ['refuses connections', true],
    ['says nothing', false],
  ])('because it %s: unavailable, in time', async (_what, isClosed) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const sockets: { destroy(): void }[] = []
    server.on('connection', (socket) => sockets.push(socket))
    if (isClosed) await new Promise((resolve) => server.close(resolve))
    const { errors, ms } = await outage(`127.0.0.1:${port}`)
    expect(errors.map(isUnavailable)).toEqual([true, true])
    expect(ms).toBeLessThan(DEADLINE_MS + 2000)
    for (const socket of sockets) socket.destroy()
    if (!isClosed) await new Promise((resolve) => server.close(resolve))
  })
})
