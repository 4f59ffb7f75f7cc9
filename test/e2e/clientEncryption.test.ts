import { IDBFactory } from 'fake-indexeddb'
import { exportJWK, generateKeyPair } from 'jose'
import { deviceKey, serverKey } from '../../client/src/encryption.ts'
import {
  indexedDbStorage,
  memoryStorage,
  readError,
  textStorage,
  type LatchkeyOptions,
  type LatchkeyStorage,
  type Step,
} from '../../client/src/index.ts'
import { mintAppCheck } from '../../scripts/attest/mint.ts'
import { running } from './harness/running.ts'
import { dump } from './support/forms.ts'
import { endPhones, newPhoneAt, registrations, urlOf } from './support/phone.ts'

jest.setTimeout(120_000)
afterAll(() => endPhones())

const CURRENT = '/installs/current'
const JOSE = 'application/jose'
const LOGIN = { phone: '+4915119990001', password: 'no such account' }
const login = { method: 'POST', body: JSON.stringify(LOGIN) }

interface Wired {
  readonly path: string
  readonly request: Headers
  readonly body: string
  readonly type: string | null
  readonly answer: string
}

/** What somebody on the way sees, and may change. */
function onTheWay(
  change: {
    readonly request?: (path: string, init: RequestInit) => RequestInit
    readonly answer?: (path: string, answer: Response, text: string) => Response | undefined
  } = {},
) {
  const wire: Wired[] = []
  const through: typeof fetch = async (input, init = {}) => {
    const path = new URL(urlOf(input)).pathname.replace(/^\/api/, '')
    const sent = change.request?.(path, init) ?? init
    const response = await fetch(input, sent)
    const text = await response.clone().text()
    const type = response.headers.get('content-type')
    const body = typeof sent.body === 'string' ? sent.body : ''
    wire.push({ path, request: new Headers(sent.headers), body, type, answer: text })
    return change.answer?.(path, response, text) ?? response
  }
  return { wire, fetch: through }
}

const newPhone = (options: Partial<LatchkeyOptions>) => newPhoneAt(running().apiBaseUrl, options)
const changed = (answer: Response, text: string, headers = answer.headers) =>
  new Response(text, { status: answer.status, headers })

describe.each([
  ['a pair of the device', deviceKey],
  ['a pair of the service', serverKey],
])('with %s', (_name, variant) => {
  const encryption = variant()
  const kind = variant === deviceKey ? 'device-key' : 'server-key'
  // A pair of the service takes it a while: most tests go on with one install.
  const shared = memoryStorage()
  const phoneOnTheWay = (...change: Parameters<typeof onTheWay>) => {
    const way = onTheWay(...change)
    const storage = shared
    return { ...newPhone({ encryption, storage, deviceId: 'shared-phone', fetch: way.fetch }), way }
  }

  test('register, encrypted request, encrypted answer', async () => {
    const { latchkey, way } = phoneOnTheWay()
    const current = await latchkey.fetch(CURRENT)
    expect(current.status).toBe(200)
    expect(await current.json()).toMatchObject({ status: 'active', encryption: kind })
    const refused = await latchkey.fetch('/login', login)
    expect(await readError(refused)).toMatchObject({ code: 'login_rejected', status: 401 })
    const [seen, signed] = way.wire.filter(({ path }) => path !== '/installs')
    expect([seen!.type, signed!.type]).toEqual([JOSE, JOSE])
    expect(signed!.request.get('content-type')).toBe(JOSE)
    for (const { body, answer } of [seen!, signed!]) {
      expect(body + answer).not.toMatch(/[{"]|login/)
    }
    expect(JSON.stringify(await shared.read())).not.toContain('"d":')
  })

  test('an answer that was changed on the way is refused', async () => {
    const { latchkey } = phoneOnTheWay({
      answer: (path, answer, text) => {
        if (path !== CURRENT) return undefined
        const parts = text.split('.')
        parts[3] = (parts[3]!.startsWith('A') ? 'B' : 'A') + parts[3]!.slice(1)
        return changed(answer, parts.join('.'))
      },
    })
    await expect(latchkey.fetch(CURRENT)).rejects.toMatchObject({
      name: 'LatchkeyError',
      code: 'answer_undecryptable',
      status: 200,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    })
  })

  test('a downgrade is noticed: who takes Accept away, or answers in the clear', async () => {
    const stripping = phoneOnTheWay({
      request: (_path, init) => {
        const headers = new Headers(init.headers)
        headers.delete('accept')
        return { ...init, headers }
      },
    })
    await expect(stripping.latchkey.fetch(CURRENT)).rejects.toMatchObject({
      code: 'answer_not_encrypted',
    })
    // The service has answered, and in the clear.
    expect(stripping.way.wire.at(-1)!.type).toBe('application/json')
    const forging = phoneOnTheWay({
      answer: (path) => (path === '/login' ? Response.json({ customToken: 'forged' }) : undefined),
    })
    await expect(forging.latchkey.fetch('/login', login)).rejects.toMatchObject({
      code: 'answer_not_encrypted',
      status: 200,
    })
  })

  test('a body that is put in the place of the encrypted one is not verified', async () => {
    const { latchkey } = phoneOnTheWay({
      request: (path, init) => (path === '/login' ? { ...init, body: login.body } : init),
    })
    const answer = await latchkey.fetch('/login', login)
    expect(await readError(answer)).toMatchObject({ code: 'invalid_credentials' })
  })

  test('a clock a day off: the call is encrypted anew for the one retry', async () => {
    const way = onTheWay()
    const storage = memoryStorage()
    await storage.write((await shared.read())!)
    const clock = () => Date.now() - 86_400_000
    const options = { encryption, storage, deviceId: 'shared-phone', clock, fetch: way.fetch }
    const answer = await newPhone(options).latchkey.fetch('/login', login)
    expect(await readError(answer)).toMatchObject({ code: 'login_rejected' })
    const [first, second] = way.wire
    expect([first!.type, second!.type]).toEqual(['application/problem+json', JOSE])
    expect(first!.body.split('.')[3]).not.toBe(second!.body.split('.')[3])
  })

  test('a call for another HTTP client comes with what opens its answer', async () => {
    const { latchkey } = phoneOnTheWay()
    const { url, open, ...call } = await latchkey.sign('/login', login)
    const answer = await fetch(url, call)
    expect(answer.headers.get('content-type')).toBe(JOSE)
    expect(await readError(await open!(answer))).toMatchObject({ code: 'login_rejected' })
  })

  test('a call to a third party goes as it is', async () => {
    const token = await mintAppCheck(running().issuerKeys)
    const { latchkey, way } = phoneOnTheWay()
    const init = { headers: { 'X-Firebase-AppCheck': token } }
    const answer = await latchkey.fetch('/proxy/weather/v1/forecast/Lisbon?units=metric', init)
    expect([answer.status, way.wire.at(-1)!.request.get('accept')]).toEqual([200, null])
  })

  test('what is the same for everybody is answered in the clear', async () => {
    const { latchkey } = phoneOnTheWay()
    for (const path of ['/health', '/keys', '/openapi.json']) {
      const answer = await latchkey.fetch(path)
      expect([path, answer.status, typeof (await answer.json())]).toEqual([path, 200, 'object'])
    }
  })

  test('a rotation goes on encrypted; a new registration has a new pair', async () => {
    const storage = memoryStorage()
    const phone = newPhone({ encryption, storage })
    const keys = async () => (await storage.read())!.credential!.encryption!
    await phone.latchkey.register()
    const first = await keys()
    await phone.latchkey.rotate()
    const second = await keys()
    expect(second.publicKey === first.publicKey).toBe(kind === 'device-key')
    expect((await phone.latchkey.fetch(CURRENT)).status).toBe(200)
    // Behind the app's back: the next call meets `key_revoked`, in the clear, and registers.
    const { url, ...call } = await phone.latchkey.sign(CURRENT, { method: 'DELETE' })
    expect((await fetch(url, call as RequestInit)).status).toBe(200)
    expect((await phone.latchkey.fetch(CURRENT)).status).toBe(200)
    expect((await keys()).publicKey).not.toBe(second.publicKey)
    expect(registrations(phone)).toBe(4)
  })

  test('in IndexedDB it outlives a restart, and cannot be read out', async () => {
    const storage = indexedDbStorage('encrypted', new IDBFactory())
    const phone = newPhone({ encryption, storage })
    const first = await phone.latchkey.register()
    const { privateKey } = (await storage.read())!.credential!.encryption!
    expect(privateKey).toMatchObject({ type: 'private', extractable: false })
    await expect(crypto.subtle.exportKey('jwk', privateKey as CryptoKey)).rejects.toThrow()
    const restarted = phone.restart({ encryption: variant() })
    expect(await restarted.register()).toEqual(first)
    expect((await restarted.fetch(CURRENT)).status).toBe(200)
  })

  test('as text it outlives a restart', async () => {
    const phone = newPhone({ encryption, storage: textInMemory() })
    const first = await phone.latchkey.register()
    const restarted = phone.restart({ encryption: variant() })
    expect((await restarted.fetch(CURRENT)).status).toBe(200)
    expect(await restarted.register()).toEqual(first)
  })

  test('an app that begins to ask for it registers anew, once', async () => {
    const phone = newPhone({})
    const plain = await phone.latchkey.register()
    const next = phone.restart({ encryption })
    expect(await (await next.fetch(CURRENT)).json()).toMatchObject({ encryption: kind })
    expect((await next.register()).keyId).not.toBe(plain.keyId)
    expect(registrations(phone)).toBe(4)
  })

  test('a registration from which the wish was taken is refused', async () => {
    const way = onTheWay({
      request: (path, init) => {
        if (path !== '/installs') return init
        return { ...init, body: JSON.stringify({ ...bodyOf(init), encryption: undefined }) }
      },
    })
    const { latchkey } = newPhone({ encryption, fetch: way.fetch })
    await expect(latchkey.register()).rejects.toMatchObject({ code: 'encryption_refused' })
  })
})

const bodyOf = ({ body }: RequestInit) => JSON.parse(body as string) as Record<string, unknown>

function textInMemory(): LatchkeyStorage {
  let text = ''
  return textStorage({
    get: () => text,
    set: (next) => void (text = next),
    remove: () => void (text = ''),
  })
}

test('a key that somebody on the way has put in the place of ours is refused', async () => {
  const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true })
  const publicKey = await exportJWK(pair.publicKey)
  const way = onTheWay({
    request: (path, init) => {
      const body = path === '/installs' ? bodyOf(init) : {}
      if (body['encryption'] === undefined) return init
      return { ...init, body: JSON.stringify({ ...body, encryption: { publicKey } }) }
    },
  })
  const { latchkey } = newPhone({ encryption: deviceKey(), fetch: way.fetch })
  await expect(latchkey.register()).rejects.toMatchObject({ code: 'encryption_refused' })
})

describe('killed in the middle', () => {
  test.each<Step>(['asking', 'waiting_for_code', 'sending_code', 'waiting_for_key'])(
    'at %s: the next start goes on with the pair that it had made',
    async (step) => {
      const storage = textInMemory()
      const phone = newPhone({ encryption: deviceKey(), storage })
      const killed = phone.startDyingAt(step).register()
      await expect(killed).rejects.toHaveProperty('cause.message', 'killed')
      const { pair } = (await storage.read())!
      expect((await phone.restart().fetch(CURRENT)).status).toBe(200)
      const { credential, pair: left } = (await storage.read())!
      expect([credential!.encryption!.publicKey, left]).toEqual([pair!.publicKey, undefined])
    },
  )
})

test('of a pair of the device the service has the public half alone', async () => {
  const storage = textInMemory()
  const { latchkey } = newPhone({ encryption: deviceKey(), storage })
  await latchkey.fetch(CURRENT)
  const { publicKey, privateKey } = (await storage.read())!.credential!.encryption!
  const { d } = JSON.parse(privateKey as string) as { readonly d: string }
  const database = JSON.stringify(await dump())
  expect(database).toContain(JSON.stringify(publicKey).slice(1, -1))
  expect(database).not.toContain(d)
})
