import { createHash, createHmac } from 'node:crypto'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import type { Received } from '../harness/send.ts'
import { signed, type Outgoing, type ToSign } from '../harness/signed.ts'
import { reasonsSeenBy } from './harness/reasons.ts'

// Threat T15: until the signature has verified, the answer does not tell how far a request has come.

const PATH = '/api/installs/current'
const key = keyOf(0)
const revoked = keyOf(1)
const absent = keyOf(999)

let database: TestDatabase
let instance: Instance

beforeAll(async () => {
  database = await startDatabase()
  instance = await startInstance(database)
  // Warm, so that the cause alone decides what is read.
  expect((await instance.send(await get())).status).toBe(200)
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

const at = (): Pick<ToSign, 'created'> => ({ created: seconds(database.clock) })
const get = (more: Partial<ToSign> = {}, by = key) => signed(by, { ...at(), ...more })
const post = (more: Partial<ToSign> = {}) =>
  get({ method: 'POST', target: `${PATH}/rotate`, body: '{}', ...more })

type Change = (request: Outgoing) => Outgoing

const without =
  (...names: string[]): Change =>
  (request) => ({
    ...request,
    headers: Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !names.includes(name)),
    ),
  })

const withHeader =
  (name: string, change: (value: string) => string): Change =>
  (request) => ({
    ...request,
    headers: { ...request.headers, [name]: change(request.headers[name] ?? '') },
  })

const replaced = (name: string, from: string | RegExp, to: string) =>
  withHeader(name, (value) => value.replace(from, to))

/** Exchanges one character of the MAC for another. */
const flipped = (name: string, at: number): Change =>
  withHeader(name, (value) => {
    const other = value[at] === 'A' ? 'B' : 'A'
    return value.slice(0, at) + other + value.slice(at + 1)
  })

const forgedMac = (apiKey: string) => apiKey.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
const digestOf = (text: string) => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`

/** Each a good request with one change, or one that another key or secret has signed. */
const CAUSES: Record<string, () => Promise<Outgoing>> = {
  'no headers at all': async () => ({ ...(await get()), headers: {} }),
  'no API key': async () => without('X-API-Key')(await get()),
  'no signature': async () => without('Signature')(await get()),
  'no signature input': async () => without('Signature-Input')(await get()),
  'an API key alone': async () => without('Signature', 'Signature-Input')(await get()),
  'an API key of another form': async () => withHeader('X-API-Key', () => 'lk_v1_abc')(await get()),
  'an API key that is too long': async () =>
    withHeader('X-API-Key', (value) => `${value}0000000000`)(await get()),
  'an API key in upper case': async () =>
    withHeader('X-API-Key', (value) => value.toUpperCase())(await get()),
  'a forged API key': async () => withHeader('X-API-Key', forgedMac)(await get()),
  'an API key of a master version that is gone': async () =>
    replaced('X-API-Key', 'v1', 'v3')(await get()),
  'an API key under another master version': async () =>
    replaced('X-API-Key', 'v1', 'v2')(await get()),
  'the API key of another install': async () =>
    withHeader('X-API-Key', () => keyOf(2).apiKey)(await get()),
  'a genuine key that is revoked, and a wrong signature': async () =>
    flipped('Signature', 9)(await get({}, revoked)),
  'a genuine key without a record, and a wrong signature': async () =>
    flipped('Signature', 9)(await get({}, absent)),
  'a wrong first character of the signature': async () => flipped('Signature', 4)(await get()),
  'a wrong late character of the signature': async () => flipped('Signature', 44)(await get()),
  'a signature under another secret': async () => signed({ ...key, secret: keyOf(2).secret }, at()),
  'a short signature': async () =>
    withHeader(
      'Signature',
      () => `lk=:${createHmac('sha256', 'x').digest().subarray(16).toString('base64')}:`,
    )(await get()),
  'a signature in another encoding': async () =>
    withHeader('Signature', () => `lk=:${'0f'.repeat(32)}:`)(await get()),
  'a signature that is too long': async () =>
    withHeader('Signature', (value) => value.padEnd(200, 'A'))(await get()),
  'a signature under another label': async () => replaced('Signature', 'lk=', 'kl=')(await get()),
  'a changed signature input': async () =>
    replaced('Signature-Input', /created=\d/, 'created=2')(await get()),
  'a malformed signature input': async () => replaced('Signature-Input', '(', '((')(await get()),
  'a signature input that is too long': async () =>
    withHeader('Signature-Input', (value) => value.padEnd(1100, 'x'))(await get()),
  'another key ID': async () => replaced('Signature-Input', key.keyId, keyOf(2).keyId)(await get()),
  'another tag': async () => replaced('Signature-Input', 'latchkey', 'other')(await get()),
  'another algorithm': async () =>
    replaced('Signature-Input', 'hmac-sha256', 'rsa-pss-sha512')(await get()),
  'a component too few': async () => replaced('Signature-Input', ' "@query"', '')(await get()),
  'a component too many': async () => replaced('Signature-Input', ')', ' "cookie")')(await get()),
  'a short nonce': async () =>
    replaced('Signature-Input', /nonce="[^"]+"/, 'nonce="a"')(await get()),
  'a stale signature that is wrong': async () =>
    flipped('Signature', 9)(await get({ created: at().created - 999 })),
  'a replay whose signature is wrong': async () => {
    const request = await get()
    await instance.send(request)
    return flipped('Signature', 9)(request)
  },
  'another method': async () => ({ ...(await get()), method: 'DELETE' }),
  'another query': async () => ({ ...(await get()), target: `${PATH}?a=b` }),
  'another path': async () => ({ ...(await get({ target: `${PATH}/x` })), target: PATH }),
  'a body that was not signed': async () => {
    const request = await get({ method: 'DELETE' })
    return { ...request, body: '{}', headers: { ...request.headers, 'Content-Length': '2' } }
  },
  'no body where one was signed': async () => {
    const { method, target, headers } = await post()
    return { method, target, headers }
  },
  'another body': async () => ({ ...(await post()), body: '[]' }),
  'another body with its own digest': async () =>
    withHeader('Content-Digest', () => digestOf('[]'))({ ...(await post()), body: '[]' }),
  'no digest': async () => without('Content-Digest')(await post()),
  'no content type': async () => without('Content-Type')(await post()),
  'another content type': async () => withHeader('Content-Type', () => 'text/plain')(await post()),
  'a digest of another algorithm': async () =>
    replaced('Content-Digest', 'sha-256', 'sha-512')(await post()),
  'a digest without a body': async () =>
    withHeader('Content-Digest', () => digestOf(''))(await get()),
  'a content type with a wide character': async () =>
    withHeader('Content-Type', () => 'application/json;a=\xe9')(await post()),
}

test('there are enough causes to tell one from another', () => {
  expect(Object.keys(CAUSES).length).toBeGreaterThanOrEqual(30)
})

/** All of an answer that could tell two causes apart; the request ID and the clock are random to both. */
function tellTale({ status, headers, headerNames, text }: Received) {
  const { 'x-request-id': requestId, ...others } = headers
  return {
    status,
    headerNames,
    headers: { ...others, date: 'some' },
    text: text.replace(String(requestId), 'the-id'),
  }
}

describe('before the signature has verified, all causes look alike and nothing is read or written', () => {
  for (const [title, request] of Object.entries(CAUSES)) {
    test(title, async () => {
      // A window of the refusal log of its own, so that the cause is written down.
      database.clock.ms += 10_000
      const reference = tellTale(await instance.send({ ...(await get()), headers: {} }))
      const sent = await request()
      let received: Received | undefined
      const spent = await database.count(async () => (received = await instance.send(sent)))
      expect(received?.status).toBe(401)
      expect(received?.json['code']).toBe('invalid_credentials')
      expect(tellTale(received!)).toEqual(reference)
      expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
    })
  }
})

test('the log tells the causes apart', () => {
  const reasons = instance.events.flatMap((event) =>
    event.event === 'refused' ? event.reason : [],
  )
  expect([...new Set(reasons)].sort()).toEqual(reasonsSeenBy('oracle'))
})
