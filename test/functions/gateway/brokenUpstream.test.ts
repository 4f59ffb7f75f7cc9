import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Upstream } from '../../../functions/src/gateway/upstream.ts'
import { keyOf } from '../harness/key.ts'
import { seconds } from '../harness/database.ts'
import { signed } from '../harness/signed.ts'
import {
  SECRET,
  secretIn,
  startBehindGateway,
  type BehindGateway,
} from './harness/behindGateway.ts'
import { startFakeUpstream, startRawUpstream } from './harness/fakeUpstream.ts'

// Threat T22: an upstream that is slow, huge or broken. Every case has an upstream of its own: a circuit
// breaker remembers.

const DEADLINES = { connectMs: 1000, headersMs: 300, idleMs: 300, wholeMs: 2500 }

let cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(cleanUp.map((each) => each()))
  cleanUp = []
})

async function behindOf(origin: string, change: Partial<Upstream> = {}): Promise<BehindGateway> {
  const behind = await startBehindGateway([
    {
      name: 'broken',
      origin,
      deadlines: DEADLINES,
      limit: { quota: 100_000, windowSeconds: 60 },
      answerBytesMax: 200_000,
      paths: [{ methods: ['GET', 'POST'], template: '/a' }],
      ...change,
    },
  ])
  cleanUp.push(() => behind.close())
  return behind
}

async function rawUpstream(connected: (socket: Socket, nth: number) => void) {
  const upstream = await startRawUpstream(connected)
  cleanUp.push(() => upstream.close())
  return upstream
}

const TARGET = '/api/proxy/broken/a'
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'

/** What comes before anything was passed on: a problem, within the deadlines. */
const PROBLEMS: Record<string, [connected: (socket: Socket) => void, code: string, error: string]> =
  {
    'says nothing': [() => undefined, 'upstream_timeout', 'http_response_timeout'],
    'stops in the middle of its head': [
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-'),
      'upstream_timeout',
      'http_response_timeout',
    ],
    'stops in the middle of its body': [
      (socket) => socket.write(`${HEAD}Content-Length: 10\r\n\r\n{"a":`),
      'upstream_timeout',
      'http_response_timeout',
    ],
    'trickles past the deadline of all': [
      (socket) => {
        socket.write(`${HEAD}Content-Length: 10000\r\n\r\n`)
        const timer = setInterval(() => socket.write('x'), 100)
        socket.once('close', () => clearInterval(timer))
      },
      'upstream_timeout',
      'http_response_timeout',
    ],
    'breaks off before its head': [
      (socket) => socket.destroy(),
      'upstream_failed',
      'connection_terminated',
    ],
    'resets the connection': [
      (socket) => socket.resetAndDestroy(),
      'upstream_failed',
      'connection_terminated',
    ],
    'breaks off within a body of known length': [
      (socket) => socket.end(`${HEAD}Content-Length: 10\r\n\r\n{"a":`),
      'upstream_failed',
      'http_response_incomplete',
    ],
    'breaks off within a chunked body': [
      (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`),
      'upstream_failed',
      'http_response_incomplete',
    ],
    'announces a gigabyte': [
      (socket) => socket.write(`${HEAD}Content-Length: 1073741824\r\n\r\nxxx`),
      'upstream_failed',
      'http_response_body_size',
    ],
    'speaks no HTTP': [
      (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'),
      'upstream_failed',
      'http_protocol_error',
    ],
    'has a header with a control character': [
      (socket) => socket.write('HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n'),
      'upstream_failed',
      'http_protocol_error',
    ],
    'has two lengths': [
      (socket) => socket.write(`${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
      'upstream_failed',
      'http_response_incomplete',
    ],
    'has a length and chunks': [
      (socket) =>
        socket.write(
          `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
        ),
      'upstream_failed',
      'http_response_incomplete',
    ],
    'has a head of 100 kB': [
      (socket) => socket.write(`${HEAD}X-A: ${'a'.repeat(100_000)}\r\n\r\n`),
      'upstream_failed',
      'http_response_header_section_size',
    ],
    'upgrades without being asked': [
      (socket) =>
        socket.write('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      'upstream_failed',
      'connection_terminated',
    ],
    'codes its content although it must not': [
      (socket) => socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`),
      'upstream_failed',
      'http_response_content_coding',
    ],
  }

test.each(Object.entries(PROBLEMS))('one that %s', async (_name, [connected, code, error]) => {
  const { origin } = await rawUpstream(connected)
  const behind = await behindOf(origin)
  const { json, headers } = await behind.call(TARGET)
  expect(json).toMatchObject({ code, status: code === 'upstream_failed' ? 502 : 504 })
  expect(headers['proxy-status']).toBe(`latchkey; error=${error}`)
  expect(behind.instance.events).toContainEqual(
    expect.objectContaining({ event: 'refused', code, reason: `broken: ${error}` }),
  )
})

describe('what comes before the answer is not the answer (102 and 103)', () => {
  const hints = (...lines: string[]) =>
    ['HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload', ...lines, '', ''].join('\r\n')
  const secret = secretIn({ in: 'query', name: 'key' })
  const paths = [{ methods: ['GET', 'HEAD'] as const, template: '/a', streams: true }]

  const INTERIM: Record<string, [heads: string, change?: Partial<Upstream>]> = {
    '102': ['HTTP/1.1 102 Processing\r\n\r\n', { paths }],
    'hints on a path that streams': [hints(), { paths }],
    'hints of the type of events': [hints('Content-Type: text/event-stream')],
    'hints that claim a coding and a length': [
      hints('Content-Encoding: gzip', 'Content-Length: 1073741824'),
    ],
    'hints that repeat the secret': [hints(`X-A: ${SECRET}`), { secret }],
    'several of them': [hints().repeat(5), { paths }],
  }
  test.each(Object.entries(INTERIM))('%s', async (_name, [heads, change]) => {
    const { origin } = await rawUpstream((socket) => {
      socket.write(heads)
      setTimeout(() => socket.write(`${HEAD}Content-Length: 2\r\n\r\n{}`), 50)
    })
    const { status, headers, text } = await (await behindOf(origin, change)).call(TARGET)
    expect([status, headers['content-type'], text]).toEqual([200, 'application/json', '{}'])
    expect(headers['link']).toBeUndefined()
  })
  test('those of a server of Node’s, for GET and HEAD', async () => {
    const upstream = await startFakeUpstream((res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      setTimeout(() => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 50)
    })
    cleanUp.push(() => upstream.close())
    const behind = await behindOf(upstream.origin, { paths })
    expect(await behind.call(TARGET)).toMatchObject({ status: 200, text: '{}' })
    expect(await behind.call(TARGET, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
  })
  test('however many there are: the deadline of all ends them', async () => {
    const { origin } = await rawUpstream((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 100)
      socket.once('close', () => clearInterval(timer))
    })
    const behind = await behindOf(origin, { deadlines: { ...DEADLINES, wholeMs: 1000 } })
    const { json, headers } = await behind.call(TARGET)
    expect(json).toMatchObject({ status: 504, code: 'upstream_timeout' })
    expect(headers['proxy-status']).toBe('latchkey; error=http_response_timeout')
  })
  test('one that breaks off behind it has not begun', async () => {
    const { origin } = await rawUpstream((socket) => socket.end(hints()))
    const { headers } = await (await behindOf(origin)).call(TARGET)
    expect(headers['proxy-status']).toBe('latchkey; error=connection_terminated')
  })
})

test('one that is not there at all', async () => {
  const gone = await startRawUpstream(() => undefined)
  await gone.close()
  const { json, headers } = await (await behindOf(gone.origin)).call(TARGET)
  expect(json).toMatchObject({ status: 502, code: 'upstream_failed' })
  expect(headers['proxy-status']).toBe('latchkey; error=connection_refused')
})

/** What fails after a part was passed on: the app must notice that it has not all of it. */
const CUTS: Record<string, (socket: Socket) => void> = {
  'a gigabyte in chunks': (socket) => {
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
    const more = () => {
      while (!socket.destroyed && socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`));
    }
    socket.on('drain', more)
    more()
  },
  'a stream that breaks off': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n')
    socket.write('Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n')
    setTimeout(() => socket.resetAndDestroy(), 100)
  },
  'a stream that falls silent': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n')
  },
}

test.each(Object.entries(CUTS))('%s is cut, and that is logged', async (_name, connected) => {
  const { origin } = await rawUpstream(connected)
  const behind = await behindOf(origin)
  await expect(behind.call(TARGET)).rejects.toThrow(/aborted|ECONNRESET|hang up/)
  expect(behind.instance.events).toContainEqual(
    expect.objectContaining({ event: 'upstream_cut', upstream: 'broken' }),
  )
})

test('a peer that reads slowly makes the upstream wait, and not the memory grow', async () => {
  let written = 0
  const upstream = await startFakeUpstream((res) => {
    const more = () => {
      while (!res.destroyed && written < 100e6) {
        written += 65_536
        if (!res.write('x'.repeat(65_536))) return void res.once('drain', more)
      }
    }
    more()
  })
  cleanUp.push(() => upstream.close())
  const behind = await behindOf(upstream.origin, { answerBytesMax: 2e9 })
  const request = await signed(keyOf(0), {
    target: TARGET,
    created: seconds(behind.database.clock),
  })
  const response = await fetch(`http://127.0.0.1:${behind.instance.port}${TARGET}`, {
    headers: request.headers,
  })
  await sleep(500)
  const first = written
  // The kernel's buffers of four sockets, and no more.
  expect(first).toBeLessThan(50e6)
  await response.body!.cancel()
})

describe('what is tried again', () => {
  const failingOnce = (socket: Socket, nth: number) =>
    nth === 1
      ? socket.destroy()
      : socket.end(`${HEAD}Content-Length: 2\r\nConnection: close\r\n\r\n{}`)

  test('an idempotent request, once', async () => {
    const upstream = await rawUpstream(failingOnce)
    expect((await (await behindOf(upstream.origin)).call(TARGET)).status).toBe(200)
    expect(upstream.connections()).toBe(2)
  })
  test('and no other, for it may have been done', async () => {
    const upstream = await rawUpstream(failingOnce)
    const post = { method: 'POST', body: '{}' }
    const { json } = await (await behindOf(upstream.origin)).call(TARGET, post)
    expect(json).toMatchObject({ code: 'upstream_failed' })
    expect(upstream.connections()).toBe(1)
  })
  test('and never after a deadline', async () => {
    const upstream = await rawUpstream(() => undefined)
    await (await behindOf(upstream.origin)).call(TARGET)
    expect(upstream.connections()).toBe(1)
  })
})

test('an upstream that is down is not asked for a while', async () => {
  const upstream = await rawUpstream((socket) => socket.destroy())
  const behind = await behindOf(upstream.origin)
  const codes: unknown[] = []
  for (let n = 0; n < 20; n += 1) {
    const post = { method: 'POST', body: '{}' }
    codes.push((await behind.call(TARGET, post)).json['code'])
  }
  expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'upstream_failed'))
  expect(codes.at(-1)).toBe('unavailable')
  const refused = await behind.call(TARGET, { method: 'POST', body: '{}' })
  expect(refused.headers['retry-after']).toBe('2')
  expect(upstream.connections()).toBeLessThan(20)
})

test('a slow upstream has no more calls under way than it may', async () => {
  const upstream = await rawUpstream(() => undefined)
  const behind = await behindOf(upstream.origin, { inFlightMax: 3 })
  const answers = await Promise.all(Array.from({ length: 8 }, () => behind.call(TARGET)))
  const codes = answers.map(({ json }) => json['code']).sort()
  expect(codes).toEqual([
    ...Array.from({ length: 5 }, () => 'unavailable'),
    ...Array.from({ length: 3 }, () => 'upstream_timeout'),
  ])
})
