import { once } from 'node:events'
import fc from 'fast-check'
import { startRtdb, type Rtdb, type RtdbOptions } from '../../rtdb/src/index.ts'
import { unsignedToken, WireClient } from './support/wireClient.ts'

const servers: Rtdb[] = []

async function start(options: RtdbOptions): Promise<Rtdb> {
  const rtdb = await startRtdb(options)
  servers.push(rtdb)
  return rtdb
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((rtdb) => rtdb.close()))
})

const sendSegmented = (client: WireClient, message: string): void => {
  client.send(String(Math.ceil(message.length / 16384)))
  for (let at = 0; at < message.length; at += 16384) client.send(message.slice(at, at + 16384))
}

test('a write over the limit is refused by its number, and the connection lives on', async () => {
  const rtdb = await start({ limits: { messageCharsMax: 100_000 } })
  const client = await WireClient.connect(rtdb, 'x')
  const write = (r: number, chars: number): string =>
    JSON.stringify({ t: 'd', d: { r, a: 'p', b: { p: '/x', d: 'x'.repeat(chars) } } })
  const around = write(7, 0).length
  sendSegmented(client, write(7, 100_000 - around + 1))
  expect(await client.answerTo(7)).toEqual({
    s: 'write_too_big',
    d: 'Data to write exceeds the maximum size that can be modified with a single request.',
  })
  expect(rtdb.export('x')).toBeNull()
  sendSegmented(client, write(8, 100_000 - around))
  expect((await client.answerTo(8)).s).toBe('ok')
})

test('an oversized message without a number ends the connection', async () => {
  const client = await WireClient.connect(await start({ limits: { messageCharsMax: 1000 } }), 'x')
  const closed = once(client.socket, 'close')
  client.send('2')
  client.send('x'.repeat(900))
  client.send('x'.repeat(900))
  expect((await closed)[0]).toBe(1009)
})

test('a read over the limit is refused, over WebSocket and REST', async () => {
  const rtdb = await start({ limits: { readCharsMax: 1000 } })
  rtdb.import('x', { big: 'x'.repeat(1000), small: 1 })
  const client = await WireClient.connect(rtdb, 'x')
  expect((await client.request('g', { p: '/', q: {} })).s).toBe('too_big')
  expect((await client.request('q', { p: '/', h: '' })).s).toBe('too_big')
  expect((await client.request('g', { p: '/small', q: {} })).d).toBe(1)
  const response = await fetch(`${rtdb.url}/.json?ns=x`)
  expect([response.status, await response.text()]).toEqual([
    400,
    '{"error":"Data requested exceeds the maximum size that can be accessed with a single request."}',
  ])
  const stream = await fetch(`${rtdb.url}/.json?ns=x`, { headers: { Accept: 'text/event-stream' } })
  expect(stream.status).toBe(400)
  await stream.text()
})

test('a listener that does not read is cut off; its neighbour hears everything', async () => {
  const rtdb = await start({ limits: { unreadPushBytesMax: 1_000_000 } })
  const [slow, neighbour, writer] = [
    await WireClient.connect(rtdb, 'x'),
    await WireClient.connect(rtdb, 'x'),
    await WireClient.connect(rtdb, 'x'),
  ]
  await slow.request('q', { p: '/', h: '' })
  await neighbour.request('q', { p: '/', h: '' })
  await writer.request('o', { p: '/other', d: 1 })
  slow.socket.pause()
  let cut = false
  slow.socket.once('close', () => (cut = true))
  // Far more than the limit and all buffers of the system between both ends.
  for (let i = 0; i < 60; i++) {
    sendSegmented(
      writer,
      JSON.stringify({
        t: 'd',
        d: { r: i + 100, a: 'p', b: { p: '/v', d: `${i}`.padEnd(500_000) } },
      }),
    )
    await writer.answerTo(i + 100)
  }
  await neighbour.until(({ d }) =>
    String((d['b'] as { d?: unknown } | undefined)?.d).startsWith('59'),
  )
  expect(neighbour.pushes).toHaveLength(61)
  const closed = once(slow.socket, 'close')
  slow.socket.resume()
  if (!cut) await closed
  expect(slow.pushes.length).toBeLessThan(61)
})

test('many that do not read are cut off long before each has reached its own bound', async () => {
  const rtdb = await start({ limits: { unreadTotalBytesMax: 100_000 } })
  const writer = await WireClient.connect(rtdb, 'x')
  await writer.request('q', { p: '/gone', h: '' })
  const sleepers = await Promise.all([1, 2, 3].map(() => WireClient.connect(rtdb, 'x')))
  for (const [i, sleeper] of sleepers.entries()) {
    await sleeper.request('o', { p: `/gone/${i}`, d: true })
    await sleeper.request('q', { p: '/big', h: '' })
    sleeper.socket.pause()
  }
  for (let i = 0; i < 10; i++) {
    await writer.request('p', { p: '/big', d: `${'x'.repeat(1_000_000)}${i}` })
  }
  // What they stored for their end is written as soon as they are cut off.
  for (const i of sleepers.keys()) {
    await writer.until(({ d }) => (d['b'] as { p?: unknown } | undefined)?.p === `gone/${i}`)
  }
  expect((await writer.request('p', { p: '/big', d: null })).s).toBe('ok')
})

test('a client that asks and asks without reading is not worked for, until it reads', async () => {
  const rtdb = await start({})
  rtdb.import('x', 'x'.repeat(1_000_000))
  const client = await WireClient.connect(rtdb, 'x')
  client.socket.pause()
  const asked = Array.from({ length: 100 }, () => client.ask('g', { p: '/', q: {} }))
  const other = await WireClient.connect(rtdb, 'x')
  for (let i = 0; i < 20; i++) await other.request('s', {})
  expect(rtdb.operations('x').reads).toBeLessThan(50)
  client.socket.resume()
  const answers = await Promise.all(asked.map((r) => client.answerTo(r)))
  expect(answers.every(({ s }) => s === 'ok')).toBe(true)
})

describe('10,000 random and mutated messages', () => {
  const valid = [
    { t: 'd', d: { r: 1, a: 'q', b: { p: '/victim', h: '' } } },
    { t: 'd', d: { r: 2, a: 'q', b: { p: '/a', q: { i: 'n', l: 2, vf: 'r' }, t: 1, h: '' } } },
    { t: 'd', d: { r: 3, a: 'p', b: { p: '/victim', d: 'stolen' } } },
    { t: 'd', d: { r: 4, a: 'm', b: { p: '/', d: { 'victim/x': 'stolen', 'free/a': 1 } } } },
    { t: 'd', d: { r: 5, a: 'p', b: { p: '/free/x', d: { '.sv': 'timestamp' }, h: '' } } },
    { t: 'd', d: { r: 6, a: 'auth', b: { cred: unsignedToken({ sub: 'attacker' }) } } },
    { t: 'd', d: { r: 7, a: 'gauth', b: { cred: 'owner?', authvar: { uid: 'victim' } } } },
    { t: 'd', d: { r: 8, a: 'o', b: { p: '/victim', d: 'stolen' } } },
    { t: 'd', d: { r: 9, a: 'g', b: { p: '/victim', q: {} } } },
    { t: 'd', d: { r: 10, a: 'n', b: { p: '/victim' } } },
    { t: 'c', d: { t: 'p', d: {} } },
  ].map((message) => JSON.stringify(message))

  const mutated = fc
    .tuple(fc.constantFrom(...valid), fc.nat(), fc.nat(8), fc.string({ maxLength: 4 }))
    .map(([text, at, length, insert]) => {
      const from = at % text.length
      return text.slice(0, from) + insert + text.slice(from + length)
    })

  const odd = fc.oneof(
    fc.json(),
    fc.anything().map((d) => JSON.stringify({ t: 'd', d }) ?? ''),
    fc
      .tuple(fc.constantFrom('q', 'n', 'g', 'p', 'm', 'o', 'om', 'oc', 'auth'), fc.jsonValue())
      .map(([a, b]) => JSON.stringify({ t: 'd', d: { r: 1, a, b } })),
    fc.string(),
    fc.nat(3).map(String),
  )

  test('never end the server, take an identity, or lose an acknowledged write', async () => {
    const lines: string[] = []
    const rtdb = await start({
      rules: JSON.stringify({
        rules: {
          $uid: { '.read': 'auth.uid === $uid', '.write': 'auth.uid === $uid' },
          free: { '.read': true, '.write': true },
        },
      }),
      log: (line) => lines.push(line),
    })
    const victim = await WireClient.connect(rtdb, 'x')
    await victim.request('auth', { cred: unsignedToken({ sub: 'victim' }) })
    const frames = fc.sample(fc.oneof(mutated, mutated, odd), { numRuns: 10_000, seed: 7 })
    let attacker = await WireClient.connect(rtdb, 'x')
    for (const [i, frame] of frames.entries()) {
      if (attacker.socket.readyState !== attacker.socket.OPEN) {
        attacker = await WireClient.connect(rtdb, 'x')
      }
      attacker.send(frame)
      if (i % 100 !== 0) continue
      expect((await victim.request('p', { p: `/victim/${i}`, d: i })).s).toBe('ok')
    }
    await attacker.close()
    const kept = (await victim.request('g', { p: '/victim', q: {} })).d as object
    expect(Object.keys(kept)).toHaveLength(100)
    expect(Object.values(kept)).toEqual(Object.keys(kept).map(Number))
    expect(lines).toEqual([])
  }, 60_000)
})

test('closing ends sockets and streams at once, whatever they are doing', async () => {
  const rtdb = await startRtdb()
  const client = await WireClient.connect(rtdb, 'x')
  await client.request('q', { p: '/', h: '' })
  const stream = await fetch(`${rtdb.url}/.json?ns=x`, { headers: { Accept: 'text/event-stream' } })
  const closed = once(client.socket, 'close')
  await rtdb.close()
  await closed
  await expect(stream.text()).rejects.toThrow()
  await expect(fetch(`${rtdb.url}/.json?ns=x`)).rejects.toThrow()
})
