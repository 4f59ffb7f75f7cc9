import { IDBFactory } from 'fake-indexeddb'
import {
  indexedDbStorage,
  textStorage,
  type LatchkeyOptions,
  type Step,
} from '../../client/src/index.ts'
import { mintApproov } from '../../scripts/attest/mint.ts'
import { running } from './harness/running.ts'
import { startHandlerAlone, type HandlerAlone } from './support/forms.ts'
import { endPhones, newPhoneAt, registrations, urlOf } from './support/phone.ts'

jest.setTimeout(60_000)

let service: HandlerAlone
beforeAll(async () => {
  service = await startHandlerAlone()
})
afterAll(async () => {
  await endPhones()
  await service.close()
})

const newPhone = (options: Partial<LatchkeyOptions> = {}) => newPhoneAt(service.apiBaseUrl, options)

const CURRENT = '/installs/current'

test('the first call registers, and is answered', async () => {
  const phone = newPhone()
  const response = await phone.latchkey.fetch(CURRENT)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ status: 'active' })
  expect(phone.steps).toEqual([
    'signing_in',
    'asking',
    'waiting_for_code',
    'sending_code',
    'waiting_for_key',
    'registered',
  ])
})

test('20 concurrent first calls register once', async () => {
  const phone = newPhone()
  const answers = await Promise.all(Array.from({ length: 20 }, () => phone.latchkey.fetch(CURRENT)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(registrations(phone)).toBe(2)
})

test.each([-86_400_000, 86_400_000])('a clock %d ms off: one retry, then none', async (offMs) => {
  const phone = newPhone({ clock: () => Date.now() + offMs })
  expect((await phone.latchkey.fetch(CURRENT)).status).toBe(200)
  expect((await phone.latchkey.fetch(CURRENT)).status).toBe(200)
  const calls = phone.sent.filter(({ path }) => path === '/api/installs/current')
  expect(calls.map(({ status }) => status)).toEqual([401, 200, 200])
})

test('a server time whose MAC does not verify is not believed', async () => {
  let calls = 0
  const phone = newPhone({
    clock: () => Date.now() - 86_400_000,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      if (!urlOf(input).endsWith(CURRENT)) return response
      calls += 1
      const headers = new Headers(response.headers)
      const time = headers.get('server-time')!
      headers.set('server-time', `${Number.parseInt(time) + 1}${time.slice(time.indexOf(';'))}`)
      return new Response(response.body, { status: response.status, headers })
    },
  })
  const response = await phone.latchkey.fetch(CURRENT)
  expect([response.status, calls]).toEqual([401, 1])
  // The answer is still readable.
  expect(await response.json()).toMatchObject({ code: 'clock_skew' })
})

test('a revoked key registers anew once, and not in a loop', async () => {
  const phone = newPhone()
  const revoke = async () => {
    const { url, ...call } = await phone.latchkey.sign(CURRENT, { method: 'DELETE' })
    expect((await fetch(url, call as RequestInit)).status).toBe(200)
  }
  const first = await phone.latchkey.register()
  await revoke()
  const answers = await Promise.all([phone.latchkey.fetch(CURRENT), phone.latchkey.fetch(CURRENT)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect((await phone.latchkey.register()).keyId).not.toBe(first.keyId)
  expect(registrations(phone)).toBe(4)
  // Again within the minute: it is told, and nothing is asked for.
  await revoke()
  const refused = await phone.latchkey.fetch(CURRENT)
  expect(await refused.json()).toMatchObject({ code: 'key_revoked' })
  expect(registrations(phone)).toBe(4)
})

test('a POST is not sent again after the network failed', async () => {
  let posts = 0
  const phone = newPhone({
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      if (!urlOf(input).endsWith('/rotate')) return response
      posts += 1
      throw new TypeError('fetch failed')
    },
  })
  const call = phone.latchkey.fetch(`${CURRENT}/rotate`, { method: 'POST' })
  await expect(call).rejects.toThrow('fetch failed')
  expect(posts).toBe(1)
})

test('rotation, revocation and forgetting', async () => {
  const phone = newPhone()
  const first = await phone.latchkey.register()
  const second = await phone.latchkey.rotate()
  expect(second.keyId).not.toBe(first.keyId)
  expect((await phone.latchkey.fetch(CURRENT)).status).toBe(200)
  await phone.latchkey.revoke()
  const third = await phone.latchkey.register()
  expect(third.keyId).not.toBe(second.keyId)
  await phone.latchkey.forget()
  expect((await phone.latchkey.register()).keyId).not.toBe(third.keyId)
})

test('an app that lets the service choose reads its drops where the answers say', async () => {
  const phone = newPhone()
  const told: string[] = []
  const database = (url: string) => {
    told.push(url)
    return phone.database
  }
  const { databaseUrl } = running()
  const latchkey = phone.restart({ database })
  const first = await latchkey.register()
  expect(told).toEqual([databaseUrl, databaseUrl])
  expect((await latchkey.rotate()).keyId).not.toBe(first.keyId)
  expect(told).toEqual([databaseUrl, databaseUrl, databaseUrl])
  expect((await latchkey.fetch(CURRENT)).status).toBe(200)
})

describe('killed in the middle', () => {
  test.each<Step>(['asking', 'waiting_for_code', 'sending_code', 'waiting_for_key'])(
    'at %s: the next start goes on',
    async (step) => {
      const phone = newPhone()
      const killed = phone.startDyingAt(step).register()
      await expect(killed).rejects.toHaveProperty('cause.message', 'killed')
      expect((await phone.restart().fetch(CURRENT)).status).toBe(200)
      // Both requests, and one more where the first had been answered and its code was not yet used.
      const repeated = step === 'waiting_for_code' || step === 'sending_code'
      expect(registrations(phone)).toBe(repeated ? 3 : 2)
    },
  )
})

test('a key in IndexedDB outlives a restart, and its secret cannot be read out', async () => {
  const storage = indexedDbStorage('test', new IDBFactory())
  const phone = newPhone({ storage })
  const first = await phone.latchkey.register()
  const { secret } = (await storage.read())!.credential!
  expect(secret).toMatchObject({ type: 'secret', extractable: false })
  await expect(crypto.subtle.exportKey('raw', secret as CryptoKey)).rejects.toThrow()
  const restarted = phone.restart()
  expect(await restarted.register()).toEqual(first)
  expect((await restarted.fetch(CURRENT)).status).toBe(200)
  expect(registrations(phone)).toBe(2)
})

test('a key kept as a text outlives a restart; a damaged text is as good as none', async () => {
  let text: string | null = null
  const storage = textStorage({
    get: () => text,
    set: (next) => void (text = next),
    remove: () => void (text = null),
  })
  const phone = newPhone({ storage })
  const first = await phone.latchkey.register()
  expect(await phone.restart().register()).toEqual(first)
  text = text!.slice(1)
  expect((await phone.restart().register()).keyId).not.toBe(first.keyId)
})

test('a drop that never comes: a typed error at the deadline', async () => {
  const phone = newPhone({
    deadlineMs: 500,
    fetch: () => Promise.resolve(Response.json({ drop: 'otp', path: 'nowhere' })),
  })
  await expect(phone.latchkey.register()).rejects.toMatchObject({ code: 'timed_out' })
})

test('a refused registration: a typed error with all that the problem says', async () => {
  const phone = newPhone({
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init?.headers, Authorization: 'Bearer forged' } }),
  })
  await expect(phone.latchkey.register()).rejects.toMatchObject({
    name: 'LatchkeyError',
    code: 'invalid_credentials',
    status: 401,
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    type: expect.stringContaining('invalid_credentials') as string,
  })
})

test('no other address is ever sent the key', async () => {
  const { latchkey, sent } = newPhone()
  for (const path of [
    'https://elsewhere.example/api/login',
    '/../../login',
    '//elsewhere.example',
  ]) {
    await expect(latchkey.fetch(path)).rejects.toThrow(TypeError)
  }
  expect(sent.filter(({ path }) => path !== '/api/installs')).toEqual([])
})

test('what calls is said with every call, and a token can be bound to the key', async () => {
  const asked: { readonly path: string; readonly apiKey?: string }[] = []
  const phone = newPhone({
    baseUrl: running().apiBaseUrl,
    attestation: async (call) => {
      asked.push(call)
      // As the run's account is set up.
      const wish = { ...call, algorithm: 'RS256' } as const
      return { 'Approov-Token': await mintApproov(running().issuerKeys, wish) }
    },
  })
  // Enforced at the emulators.
  const init = { method: 'POST', body: JSON.stringify({ phone: '+4915119876543' }) }
  expect((await phone.latchkey.fetch('/resend_otp', init)).status).toBe(202)
  const [asking, sending, call] = asked
  expect([asking, sending]).toEqual([{ path: '/installs' }, { path: '/installs' }])
  expect(call!.path).toBe('/resend_otp')
  expect(call!.apiKey).toMatch(/^lk_v/)
  const script = newPhone({ baseUrl: running().apiBaseUrl })
  const refused = await script.latchkey.fetch('/resend_otp', init)
  expect(await refused.json()).toMatchObject({ status: 401, code: 'attestation_failed' })
})
