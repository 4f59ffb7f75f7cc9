import type { Server } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { http } from '@google-cloud/functions-framework'
import { getTestServer } from '@google-cloud/functions-framework/testing'
import { standInFrontOfFramework } from '../../../functions/src/http/inFrontOfFramework.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { listen, startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { send, type Received } from '../harness/send.ts'
import { message, sendRaw } from '../harness/sendRaw.ts'
import { signed } from '../harness/signed.ts'

// Threat T19. On our own reading of the stream, on the `rawBody` that the framework of Cloud Functions has
// read before us, and in front of that framework, as it is deployed.

const KIB16 = 16 * 1024

/** Well formed: refused only for its OTP, by one write that the rules refuse. */
const GOOD = '{"deviceId":"device-0001","uid":"uid-0","otp":"00000000"}'

let database: TestDatabase
let instance: Instance
let frameworks: readonly Server[]
let ports: Readonly<Record<(typeof SERVERS)[number], number>>

beforeAll(async () => {
  database = await startDatabase()
  instance = await startInstance(database, { registrationsPerMinutePerIp: 1_000_000 })
  http('bodies', (req, res) => instance.service.handle(req, res))
  frameworks = [getTestServer('bodies'), getTestServer('bodies')]
  const [behind = 0, inFront = 0] = await Promise.all(frameworks.map(listen))
  ports = { bare: instance.port, behind, inFront }
  standInFrontOfFramework((req, res) => instance.service.handle(req, res), false)
  // The next request of this process is the one that it looks for.
  await send(inFront, { target: '/api/health' })
})
afterAll(async () => {
  for (const framework of frameworks) {
    framework.closeAllConnections()
    framework.close()
  }
  await instance.close()
  await database.close()
})

const SERVERS = ['bare', 'behind', 'inFront'] as const

interface Sent {
  readonly body: string | Buffer
  readonly headers?: Record<string, string>
  readonly chunked?: true
}

const post = (
  server: (typeof SERVERS)[number],
  { body, headers, chunked }: Sent,
): Promise<Received> => {
  const length = chunked
    ? { 'Transfer-Encoding': 'chunked' }
    : { 'Content-Length': String(Buffer.byteLength(body)) }
  return send(ports[server], {
    method: 'POST',
    target: '/api/installs',
    headers: { 'Content-Type': 'application/json', ...length, ...headers },
    body,
  })
}

const pointersOf = ({ json }: Received): string[] =>
  (json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const keys = (count: number) => JSON.stringify(Array.from({ length: count }, () => 0))
const latin1 = (text: string) => Buffer.from(text, 'latin1')

test('no path leads around us to the framework, which would inflate what comes', async () => {
  for (const target of ['/__/health', '/__/x', '/api/__/x']) {
    const body = gzipSync('{'.padEnd(10_000_000))
    const headers = {
      'Content-Type': 'application/json',
      'Content-Encoding': 'gzip',
      'Content-Length': String(body.length),
    }
    const answer = await send(ports.inFront, { method: 'POST', target, headers, body })
    expect([answer.status, answer.json['code']]).toEqual([404, 'not_found'])
  }
})

describe.each(SERVERS)('on the %s server', (server) => {
  const expectTaken = async (sent: Sent) => {
    const { status, json } = await post(server, sent)
    expect([status, json['code']]).toEqual([401, 'otp_rejected'])
  }
  const expectRefused = async (sent: Sent, code: string) => {
    let answer: Received | undefined
    const spent = await database.count(async () => (answer = await post(server, sent)))
    expect(answer?.json['code']).toBe(code)
    expect(answer?.status).toBe(answer?.json['status'])
    expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
  }

  test('16 kB are taken, a byte more is 413', async () => {
    await expectTaken({ body: GOOD.padEnd(KIB16) })
    await expectTaken({ body: GOOD.padEnd(KIB16), chunked: true })
    await expectRefused({ body: GOOD.padEnd(KIB16 + 1) }, 'payload_too_large')
    await expectRefused({ body: GOOD.padEnd(KIB16 + 1), chunked: true }, 'payload_too_large')
  })

  test('a connection whose body was not read is closed', async () => {
    const { headers } = await post(server, { body: GOOD.padEnd(KIB16 + 1) })
    expect(headers['connection']).toBe('close')
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a %s body is 415, however well it unpacks', async (encoding, compress) => {
    const headers = { 'Content-Encoding': encoding }
    await expectRefused({ body: compress(GOOD), headers }, 'unsupported_media_type')
    const bomb = compress(GOOD.padEnd(10_000_000))
    await expectRefused({ body: bomb, headers }, 'unsupported_media_type')
  })

  test.each(['text/plain', 'application/jsonp', 'text/json', 'application/x-www-form-urlencoded'])(
    'a body of %s is 415',
    async (type) => {
      await expectRefused(
        { body: GOOD, headers: { 'Content-Type': type } },
        'unsupported_media_type',
      )
    },
  )

  const UNREADABLE: Record<string, string | Buffer> = {
    '9 levels': `{"deviceId":${deep(8)}}`,
    '8,000 levels': deep(8000),
    '65 keys': `{"uid":${keys(64)}}`,
    '8,000 keys': `{"uid":${keys(8000)}}`,
    __proto__: GOOD.replace('{', '{"__proto__":{"isOwner":true},'),
    'an escaped __proto__': GOOD.replace('{', '{"\\u005f_proto__":{},'),
    'a nested constructor': '{"uid":{"constructor":{"prototype":{}}}}',
    'malformed UTF-8': latin1(GOOD.replace('uid-0', 'uid\xff0')),
    'an overlong encoding': latin1(GOOD.replace('uid-0', 'uid\xc0\xaf0')),
    'a surrogate in UTF-8': latin1(GOOD.replace('uid-0', 'uid\xed\xa0\x800')),
    'a byte order mark': `\ufeff${GOOD}`,
    'null as a member': GOOD.replace('"uid-0"', 'null'),
    'a number as a text': GOOD.replace('"00000000"', '0'),
    'an unknown member': GOOD.replace('{', '{"isOwner":true,'),
    'an empty object': '{}',
    'an array': '[]',
    'an over-long text': GOOD.replace('uid-0', 'u'.repeat(129)),
    'NUL in a text': GOOD.replace('uid-0', 'uid\\u0000'),
  }
  for (const [title, body] of Object.entries(UNREADABLE)) {
    test(`${title}: 400 that says where`, async () => {
      await expectRefused({ body }, 'invalid_request')
      expect(pointersOf(await post(server, { body }))[0]).toMatch(/^#/)
    })
  }

  test('64 keys and 8 levels are read, and refused for their shape alone', async () => {
    const wide = await post(server, { body: `{"uid":${keys(63)}}` })
    expect(pointersOf(wide)).toContain('#/uid')
    const nested = await post(server, { body: `{"uid":${deep(7)}}` })
    expect(pointersOf(nested)).toContain('#/uid')
  })

  // The framework's own parsers answer these before we are asked.
  const isOurs = server !== 'behind'

  test.each(['', ' ', 'null ', '"x"', 'NaN', "{'uid':1}", '{"uid":1,}', `${GOOD}}`, '{'])(
    '%j is no object of JSON: 400',
    async (body) => {
      if (isOurs) return expectRefused({ body }, 'invalid_request')
      const spent = await database.count(async () => {
        expect((await post(server, { body })).status).toBe(400)
      })
      expect(spent.denied).toBe(0)
    },
  )

  if (isOurs) {
    test.each([
      ['application/json; charset=latin1', '{}'],
      ['application/json; charset=x-unknown', '{}'],
      ['application/cloudevents+json', '{'],
      ['application/x-www-form-urlencoded', 'a=1&'.repeat(1001)],
    ])('%s is 415', async (type, body) => {
      await expectRefused({ body, headers: { 'Content-Type': type } }, 'unsupported_media_type')
    })
  }

  test('a signed body is held to the same size', async () => {
    const target = '/api/installs/current/rotate'
    const at = { created: seconds(database.clock), method: 'POST', target }
    const over = await signed(keyOf(0), { ...at, body: '{}'.padEnd(KIB16 + 1) })
    expect((await send(ports[server], over)).status).toBe(413)
    const within = await signed(keyOf(SERVERS.indexOf(server)), { ...at, body: '{}'.padEnd(KIB16) })
    expect((await send(ports[server], within)).status).toBe(200)
  })
})

test('no more is read than is needed to know that a body is too large', async () => {
  const start = ['POST /api/installs HTTP/1.1', 'Host: x', 'Content-Type: application/json']
  const part = `4000\r\n${'x'.repeat(0x4000)}\r\n`
  // It never ends, and is answered all the same.
  const endless = message([...start, 'Transfer-Encoding: chunked'], part.repeat(2))
  expect(await sendRaw(ports.bare, endless)).toEqual([413])
  // Not a byte of it has come.
  expect(await sendRaw(ports.bare, message([...start, 'Content-Length: 16385']))).toEqual([413])
})

test('a body that breaks off is no failure of ours, and nothing was done', async () => {
  // Behind the other tests' refusals, of which a window logs only the first.
  database.clock.ms += 10_000
  const before = instance.events.filter(({ event }) => event === 'failed').length
  const lines = ['POST /api/installs HTTP/1.1', 'Host: x', 'Content-Type: application/json']
  const spent = await database.count(async () => {
    await sendRaw(ports.bare, message([...lines, 'Content-Length: 99'], GOOD), { finish: true })
    await sendRaw(ports.bare, message([...lines, 'Transfer-Encoding: chunked'], '39\r\n'), {
      finish: true,
    })
  })
  expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
  expect(instance.events.filter(({ event }) => event === 'failed')).toHaveLength(before)
  expect(instance.events).toContainEqual(expect.objectContaining({ reason: 'body ended early' }))
})
