import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { BODY_BYTES_MAX } from '../../../functions/src/http/readBody.ts'
import { LARGE_BODIES_BYTES_MAX } from '../../../functions/src/http/largeBodies.ts'
import type { Route } from '../../../functions/src/routes.ts'
import { seconds, startDatabase } from '../harness/database.ts'
import { startInstance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { signed } from '../harness/signed.ts'
import { startBehindGateway, type BehindGateway } from './harness/behindGateway.ts'
import { startFakeUpstream, type FakeUpstream } from './harness/fakeUpstream.ts'

// Threat T19 on routes whose upstream takes large bodies: they are in memory before anything but an API key
// is proven, so that key must be genuine, and all of them together have a bound.

const MIB = 1024 * 1024
const TARGET = '/api/proxy/files/a'
/** A sixth of the room and a bit: six of them fit. */
const LARGEST = 10 * MIB

let api: FakeUpstream
let behind: BehindGateway
let answer: (res: ServerResponse) => void
let sockets: Socket[] = []

beforeAll(async () => {
  api = await startFakeUpstream((res) => answer(res))
  behind = await startBehindGateway(
    [
      {
        name: 'files',
        origin: api.origin,
        bodyBytesMax: LARGEST,
        limit: { quota: 10_000, windowSeconds: 60 },
        paths: [{ methods: ['GET', 'POST'], template: '/{id}' }],
      },
    ],
    { retiredMasterVersions: '7' },
  )
})
afterAll(async () => {
  await behind.close()
  await api.close()
})
beforeEach(() => {
  answer = (res) => void res.end('{}')
  // A window of the refusal log of its own, so that each reason is written down.
  behind.database.clock.ms += 10_000
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets = []
})

type Headers = Readonly<Record<string, string>>

const post = (bytes: number, n = 0) =>
  behind.call(TARGET, { method: 'POST', body: Buffer.alloc(bytes, 'x') }, {}, n)

async function headersOf(bytes: number): Promise<Headers> {
  const body = Buffer.alloc(bytes, 'x')
  const created = seconds(behind.database.clock)
  return (await signed(keyOf(0), { method: 'POST', target: TARGET, body, created })).headers
}

/** Sends a head that wants the connection kept, and then so much of a body. */
function begin(headers: Headers, bytes = 0, port = behind.instance.port) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  sockets.push(socket)
  let text = ''
  const closed = new Promise<string>((resolve) => {
    socket.on('data', (part: string) => (text += part))
    // A server that has answered may cut off a sender that is still talking.
    socket.on('error', () => undefined).on('close', () => resolve(text))
  })
  socket.write([`POST ${TARGET} HTTP/1.1`, 'Host: x', ...lines, '', ''].join('\r\n'))
  const sent = new Promise<void>((resolve) => socket.write(Buffer.alloc(bytes), () => resolve()))
  return { socket, sent, closed }
}

const partsOf = (text: string) => {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { head, json: JSON.parse(body) as Readonly<Record<string, unknown>> }
}

const without = (headers: Headers, name: string): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))

/** What nobody who holds a key sends. */
const NOBODY: Record<string, [change: (headers: Headers) => Headers, reason: string]> = {
  'without anything': [() => ({}), 'api_key_missing'],
  'without a signature': [(headers) => without(headers, 'Signature'), 'signature_missing'],
  'with a malformed key': [
    (headers) => ({ ...headers, 'X-API-Key': 'lk_v1_abc' }),
    'api_key_malformed',
  ],
  'with a forged key': [
    (headers) => ({
      ...headers,
      'X-API-Key': headers['X-API-Key']!.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    }),
    'api_key_forged',
  ],
  'with a key of no version': [
    (headers) => ({ ...headers, 'X-API-Key': headers['X-API-Key']!.replace('v1', 'v3') }),
    'api_key_forged',
  ],
  'with a key of a version that was retired': [
    (headers) => ({ ...headers, 'X-API-Key': headers['X-API-Key']!.replace('v1', 'v7') }),
    'master_version_retired',
  ],
  'with the key twice': [
    (headers) => ({ ...headers, 'x-api-key': headers['X-API-Key']! }),
    'header_duplicated',
  ],
}

describe('a caller without a genuine key is answered before his body is read', () => {
  test.each(Object.entries(NOBODY))('%s', async (_name, [change, reason]) => {
    // What is refused after its body was read, as all are that are small.
    const usual = begin({
      ...change(await headersOf(2)),
      'Content-Length': '2',
      Connection: 'close',
    })
    usual.socket.write('xx')
    const expected = partsOf(await usual.closed).json
    expect(behind.instance.events.at(-1)).toMatchObject({ event: 'refused', reason })

    const headers = change(await headersOf(2))
    for (const size of [
      { 'Content-Length': String(LARGEST) },
      { 'Transfer-Encoding': 'chunked' },
    ]) {
      const before = behind.instance.events.length
      // Not a byte of it comes, and the server closes.
      const { head, json } = partsOf(await begin({ ...headers, ...size }).closed)
      expect(json).toEqual({ ...expected, requestId: json['requestId'] })
      expect(head).toMatch(/^Connection: close\r?$/m)
      const events = behind.instance.events.slice(before)
      expect(events).toEqual([expect.objectContaining({ code: expected['code'], reason })])
    }
    expect(api.seen).toEqual([])
  })
})

test('a genuine key with a wrong signature is refused after all of it, as ever', async () => {
  const headers = await headersOf(BODY_BYTES_MAX + 1)
  const wrong = { ...headers, 'Content-Length': String(BODY_BYTES_MAX + 1), Connection: 'close' }
  const { closed } = begin(wrong, BODY_BYTES_MAX + 1)
  expect(partsOf(await closed).json).toMatchObject({ code: 'invalid_credentials' })
  expect(behind.instance.events.at(-1)).toMatchObject({ reason: 'digest_wrong' })
})

describe('all that are held together have a bound', () => {
  const expectRoom = async () => {
    expect((await post(LARGEST)).status).toBe(200)
  }
  /** What cannot fit is refused by what it announces: without a byte sent, nobody is cut off while he talks. */
  const expectNone = async (bytes: number) => {
    const announced = { ...(await headersOf(2)), 'Content-Length': String(bytes) }
    const { head, json } = partsOf(await begin(announced).closed)
    expect([json['status'], json['code']]).toEqual([503, 'unavailable'])
    expect(head).toMatch(/^Retry-After: 2\r?$/m)
    expect(head).toMatch(/^Connection: close\r?$/m)
    expect(behind.instance.events.at(-1)).toMatchObject({ reason: 'no room for large bodies' })
  }

  /** Six of the largest, once all of them are with the upstream, which answers when it is told to. */
  const sixAtWork = async (send: (n: number) => unknown, start: (res: ServerResponse) => void) => {
    const begun: ServerResponse[] = []
    await new Promise<void>((resolve) => {
      answer = (res) => {
        start(res)
        if (begun.push(res) === 6) resolve()
      }
      for (let n = 0; n < 6; n += 1) void send(n)
    })
    answer = (res) => void res.end('{}')
    return () => {
      for (const res of begun) res.end('{}')
    }
  }

  test('while they are worked with', async () => {
    const posts: ReturnType<typeof post>[] = []
    const send = (n: number) => posts.push(post(LARGEST, n))
    const finish = await sixAtWork(send, () => undefined)
    await expectNone(LARGE_BODIES_BYTES_MAX - 6 * LARGEST + 1)
    // The usual ones have no part in it.
    expect((await post(BODY_BYTES_MAX)).status).toBe(200)
    finish()
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(6).fill(200))
    await until(expectRoom)
  })

  test('while their answers come', async () => {
    const posts: ReturnType<typeof post>[] = []
    const send = (n: number) => posts.push(post(LARGEST, n))
    const finish = await sixAtWork(send, (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    })
    await expectNone(LARGEST)
    finish()
    await Promise.all(posts)
    await until(expectRoom)
  })

  test('also when nobody is left to have the answer: the upstream is still sent them', async () => {
    const headers = { ...(await headersOf(LARGEST)), 'Content-Length': String(LARGEST) }
    const send = async (n: number) => {
      const created = seconds(behind.database.clock)
      const body = Buffer.alloc(LARGEST, 'x')
      const one = await signed(keyOf(n), { method: 'POST', target: TARGET, body, created })
      begin({ ...headers, ...one.headers }).socket.write(body)
    }
    const finish = await sixAtWork(send, () => undefined)
    for (const socket of sockets) socket.destroy()
    await expectNone(LARGEST)
    finish()
    await until(expectRoom)
  })

  test('while they come: what was announced and has not come takes none', async () => {
    const headers = await headersOf(2)
    const announced = { ...headers, 'Content-Length': String(LARGEST) }
    const silent = Array.from({ length: 10 }, () => begin(announced))
    await Promise.all(silent.map(({ sent }) => sent))
    await expectRoom()

    const some = Array.from({ length: 7 }, () => begin(announced, LARGEST - 1))
    // One of them at the least has no room for its end, whichever that is. By the log: whoever is still talking
    // when he is answered may be cut off before he can read it.
    const before = behind.instance.events.length
    await Promise.race(some.map(({ closed }) => closed))
    expect(behind.instance.events.slice(before)).toContainEqual(
      expect.objectContaining({ code: 'unavailable', reason: 'no room for large bodies' }),
    )
    for (const { socket } of some) socket.destroy()
    await until(expectRoom)
  })
})

test('bodies that trickle in beyond their deadline are let go', async () => {
  const route: Route = {
    method: 'POST',
    path: TARGET,
    guard: { nonce: 'memory' },
    handler: () => ({ status: 200, body: {} }),
    bodyBytesMax: LARGEST,
    beginMs: 1000,
  }
  const database = await startDatabase({ installs: 1 })
  const instance = await startInstance(database, {}, [route])
  const announced = { ...(await headersOf(2)), 'Content-Length': String(LARGEST) }
  const six = Array.from({ length: 6 }, () => begin(announced, LARGEST - 1, instance.port))
  const texts = await Promise.all(
    six.map(({ socket }) => new Promise<string>((resolve) => socket.once('data', resolve))),
  )
  expect(texts.map((text) => text.slice(0, 13))).toEqual(Array(6).fill('HTTP/1.1 503 '))
  // They still have a byte to come, and asked for their connections to be kept.
  await until(async () => {
    const body = Buffer.alloc(LARGEST)
    const created = seconds(database.clock)
    const whole = await signed(keyOf(0), { method: 'POST', target: TARGET, body, created })
    expect((await instance.send(whole)).status).toBe(200)
  })
  await instance.close()
  await database.close()
})

/** The server learns a little later than we that a connection has gone. */
async function until(expectation: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await expectation()
    } catch (error) {
      if (tries === 100) throw error
    }
  }
}
