import { once } from 'node:events'
import { connect } from 'node:net'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'
import { hashOf, parseTree } from '../../rtdb/src/tree/index.ts'
import { unsignedToken, WireClient } from './support/wireClient.ts'

let rtdb: Rtdb
let namespace = ''
let count = 0
const clients: WireClient[] = []

/** Every test has a database of its own. */
async function client(headers = {}): Promise<WireClient> {
  const made = await WireClient.connect(rtdb, namespace, headers)
  clients.push(made)
  return made
}

async function ownerClient(): Promise<WireClient> {
  const made = await client()
  await made.request('gauth', { cred: 'owner' })
  return made
}

const setRules = (rules: object): void => rtdb.setRules(namespace, JSON.stringify({ rules }))

beforeAll(async () => {
  rtdb = await startRtdb({ now: () => 1_700_000_000_000 })
})

beforeEach(() => {
  namespace = `test-${++count}`
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((made) => made.close()))
})

afterAll(() => rtdb.close())

describe('the connection', () => {
  test('greets with version, time and the host that the client asked for', async () => {
    const { heard } = await client({ Host: 'localhost:1234' })
    expect(heard[0]).toEqual({
      t: 'c',
      d: {
        t: 'h',
        d: { ts: 1_699_999_999_999, v: '5', h: 'localhost:1234', s: expect.any(String) as string },
      },
    })
  })

  test('answers pings and ignores keep-alives', async () => {
    const a = await client()
    a.send('0')
    a.send('{"t":"c","d":{"t":"p","d":{}}}')
    await a.until(({ t, d }) => t === 'c' && d['t'] === 'o')
    expect(a.heard).toHaveLength(2)
  })

  test('joins the segments of a long message, and cuts its own', async () => {
    const a = await client()
    const text = 'ü'.repeat(100_000)
    const message = JSON.stringify({ t: 'd', d: { r: 900, a: 'p', b: { p: '/x', d: text } } })
    a.send(String(Math.ceil(message.length / 16384)))
    for (let at = 0; at < message.length; at += 16384) a.send(message.slice(at, at + 16384))
    expect(await a.answerTo(900)).toEqual({ s: 'ok', d: {} })
    expect(await a.request('g', { p: '/x', q: {} })).toEqual({ s: 'ok', d: text })
    expect(a.frames.every((frame) => frame.length <= 16384)).toBe(true)
    expect(a.frames).toContain('7')
  })

  test('works on pipelined messages in order, an auth before what follows it', async () => {
    setRules({ '.read': 'auth.uid === "u"' })
    const a = await client()
    const asked = [
      a.ask('g', { p: '/', q: {} }),
      a.ask('auth', { cred: unsignedToken({ sub: 'u' }) }),
      a.ask('g', { p: '/', q: {} }),
      a.ask('unauth', {}),
      a.ask('g', { p: '/', q: {} }),
    ]
    const answers = await Promise.all(asked.map((r) => a.answerTo(r)))
    expect(answers.map(({ s }) => s)).toEqual([
      'permission_denied',
      'ok',
      'ok',
      'ok',
      'permission_denied',
    ])
  })

  test.each([
    ['text that is not JSON', 'nonsense'],
    ['JSON that is no message', '[1,2]'],
    ['an unknown kind', '{"t":"x","d":{}}'],
  ])('ends a connection that sends %s', async (_, frame) => {
    const a = await client()
    const closed = once(a.socket, 'close')
    a.send(frame)
    expect((await closed)[0]).toBe(1003)
  })

  test.each([
    ['an unknown action', 'zz', {}],
    ['an action named like an object member', 'constructor', {}],
    ['no path', 'p', { d: 1 }],
    ['a path that is no text', 'q', { p: 5, h: '' }],
    ['a key that cannot be', 'p', { p: '/a.b', d: 1 }],
    ['a value that cannot be', 'p', { p: '/a', d: { '.value': {} } }],
    ['an update that is no object', 'm', { p: '/a', d: 5 }],
    ['an update of a place and of something in it', 'm', { p: '/', d: { a: 1, 'a/b': 2 } }],
    ['a query that is none', 'g', { p: '/', q: { l: -1 } }],
    ['no body', 'p', undefined],
  ])('refuses %s, and goes on', async (_, action, body) => {
    const a = await client()
    expect((await a.request(action, body)).s).toBe('failure')
    expect((await a.request('p', { p: '/x', d: 1 })).s).toBe('ok')
    expect(rtdb.export(namespace)).toEqual({ x: 1 })
  })

  test.each([
    ['a web page elsewhere', { Origin: 'https://evil.example' }],
    ['a page in a sandbox', { Origin: 'null' }],
    ['a name that was bound to this address', { Host: 'evil.example:9000' }],
  ])('is refused to %s', async (_, headers) => {
    await expect(client(headers)).rejects.toThrow('the connection has ended')
  })

  test('is refused at another path, in another version and for an impossible namespace', async () => {
    const statusOf = async (path: string): Promise<string> => {
      const socket = connect(rtdb.port, rtdb.host)
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
      const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n${key}\r\n\r\n`)
      const [data] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return data.toString('latin1').slice(9, 12)
    }
    expect(await statusOf('/other?v=5&ns=x')).toBe('404')
    expect(await statusOf('/.ws?v=4&ns=x')).toBe('400')
    expect(await statusOf('/.ws?v=5&ns=a%2fb')).toBe('400')
    expect(await statusOf('/.ws?v=5&ns=x')).toBe('101')
  })
})

describe('identity', () => {
  beforeEach(() =>
    setRules({ $uid: { '.read': 'auth.uid === $uid', '.write': 'auth.uid === $uid' } }),
  )

  test('a credential that proves nothing leaves the client signed out', async () => {
    const a = await client()
    await a.request('auth', { cred: unsignedToken({ sub: 'u' }) })
    expect((await a.request('p', { p: '/u', d: 1 })).s).toBe('ok')
    for (const cred of ['', 'Owner', 'owner ', `${unsignedToken({ sub: 'u' })}AAAA`, 'a.b.c', 5]) {
      expect((await a.request('auth', { cred })).s).toMatch(/invalid_token|failure/)
      expect((await a.request('p', { p: '/u', d: 2 })).s).toBe('permission_denied')
    }
  })

  test('only the owner can act as somebody else', async () => {
    const [a, owner] = [await client(), await client()]
    await a.request('auth', { cred: unsignedToken({ sub: 'a' }), authvar: { uid: 'u' } })
    expect((await a.request('p', { p: '/u', d: 1 })).s).toBe('permission_denied')
    await owner.request('gauth', { cred: 'owner', authvar: { uid: 'u' } })
    expect((await owner.request('p', { p: '/u', d: 1 })).s).toBe('ok')
    expect((await owner.request('p', { p: '/a', d: 1 })).s).toBe('permission_denied')
    await owner.request('gauth', { cred: 'owner', noauth: true })
    expect((await owner.request('p', { p: '/u', d: 1 })).s).toBe('permission_denied')
  })

  test('one connection never has what another has proven', async () => {
    const [a, b] = [await client(), await client()]
    await a.request('gauth', { cred: 'owner' })
    expect((await b.request('p', { p: '/u', d: 1 })).s).toBe('permission_denied')
  })
})

describe('transactions', () => {
  test('write only onto what the client has seen', async () => {
    const a = await client()
    expect((await a.request('p', { p: '/n', d: 1, h: '' })).s).toBe('ok')
    expect((await a.request('p', { p: '/n', d: 2, h: '' })).s).toBe('datastale')
    expect(rtdb.export(namespace)).toEqual({ n: 1 })
    expect(rtdb.operations(namespace)).toMatchObject({ writes: 1, stale: 1 })
  })

  test('are denied before they are called stale, so that the client gives up', async () => {
    rtdb.import(namespace, { n: 1 })
    setRules({ '.read': true })
    expect((await (await client()).request('p', { p: '/n', d: 2, h: '' })).s).toBe(
      'permission_denied',
    )
  })

  test('are stale if a rule compared them with data that the client may read but had not seen', async () => {
    rtdb.import(namespace, { n: 1 })
    const rule = { '.write': 'newData.val() === (data.exists() ? data.val() : 0) + 1' }
    setRules({ n: { '.read': true, ...rule }, $hidden: rule })
    const a = await client()
    expect((await a.request('p', { p: '/n', d: 1, h: '' })).s).toBe('datastale')
    rtdb.import(namespace, { n: 1, hidden: 1 })
    expect((await a.request('p', { p: '/hidden', d: 1, h: '' })).s).toBe('permission_denied')
  })
})

describe('listeners', () => {
  test('get their data before the answer, unless they hold it', async () => {
    rtdb.import(namespace, { a: { b: 1 } })
    const a = await client()
    await a.request('q', { p: '/a', h: '' })
    expect(a.heard.slice(1)).toEqual([
      { t: 'd', d: { a: 'd', b: { p: 'a', d: { b: 1 } } } },
      { t: 'd', d: { r: 1, b: { s: 'ok', d: {} } } },
    ])
    const hash = hashOf(parseTree({ b: 1 }, { now: 0 }))
    const [same, outdated] = [await client(), await client()]
    await same.request('q', { p: '/a', h: hash })
    await outdated.request('q', { p: '/a/b', h: hash })
    expect([same.pushes.length, outdated.pushes.length]).toEqual([0, 1])
  })

  test('hear of a write before its writer gets the answer', async () => {
    const a = await client()
    await a.request('q', { p: '/', h: '' })
    const r = a.ask('p', { p: '/x/y', d: 1 })
    await a.answerTo(r)
    expect(a.heard.slice(-2)).toEqual([
      { t: 'd', d: { a: 'd', b: { p: 'x/y', d: 1 } } },
      { t: 'd', d: { r, b: { s: 'ok', d: {} } } },
    ])
  })

  test.each([
    ['below it: that part', 'p', { p: '/l/a/b', d: 1 }, 'd', 'l/a/b', 1],
    [
      'below it, several: one merge',
      'm',
      { p: '/l/a', d: { x: 1, 'y/z': 2 } },
      'm',
      'l/a',
      { x: 1, 'y/z': 2 },
    ],
    [
      'above it, only parts: one merge',
      'm',
      { p: '/', d: { 'l/p': 1, 'l/q': 2, o: 3 } },
      'm',
      'l',
      { p: 1, q: 2 },
    ],
    ['at it: all of it', 'p', { p: '/l', d: { k: 1 } }, 'd', 'l', { k: 1 }],
    ['above it: all of it', 'p', { p: '/', d: { l: { k: 2 } } }, 'd', 'l', { k: 2 }],
    [
      'of its priority: all of it',
      'p',
      { p: '/l/.priority', d: 7 },
      'd',
      'l',
      { old: 1, '.priority': 7 },
    ],
  ])('hear of a write %s', async (_, action, body, a, p, d) => {
    rtdb.import(namespace, { l: { old: 1 } })
    const [listener, writer] = [await client(), await client()]
    await listener.request('q', { p: '/l', h: '' })
    await writer.request(action, body)
    await listener.request('s', {})
    expect(listener.pushes.slice(1)).toEqual([[a, { p, d }]])
  })

  test('hear nothing of writes elsewhere, and of those that change nothing', async () => {
    rtdb.import(namespace, { l: 1, m: 1 })
    const a = await client()
    await a.request('q', { p: '/l', h: '' })
    await a.request('p', { p: '/m', d: 2 })
    await a.request('p', { p: '/l', d: 1 })
    expect(a.pushes).toHaveLength(1)
    await a.request('n', { p: '/l' })
    await a.request('p', { p: '/l', d: 3 })
    expect(a.pushes).toHaveLength(1)
  })

  test('with a query hear which children enter, change and leave', async () => {
    setRules({ '.read': true, '.write': true, l: { '.indexOn': 'n' } })
    rtdb.import(namespace, { l: { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } } })
    const a = await client()
    const q = { i: 'n', l: 2, vf: 'r' }
    expect(await a.request('q', { p: '/l', q, t: 9, h: '' })).toEqual({ s: 'ok', d: {} })
    await a.request('p', { p: '/l/a/n', d: 9 })
    expect(a.pushes).toEqual([
      ['d', { p: 'l', d: { b: { n: 2 }, c: { n: 3 } }, t: 9 }],
      ['m', { p: 'l', d: { a: { n: 9 }, b: null }, t: 9 }],
    ])
  })

  test('with a query but without an index are warned, and still get the exact window', async () => {
    rtdb.import(namespace, { a: { n: 1 }, b: { n: 2 } })
    const a = await client()
    const q = { i: 'n', l: 1, vf: 'r' }
    expect(await a.request('q', { p: '/', q, t: 1, h: '' })).toEqual({
      s: 'ok',
      d: { w: ['no_index'] },
    })
    expect(a.pushes).toEqual([['d', { p: '', d: { b: { n: 2 } }, t: 1 }]])
    expect(await a.request('g', { p: '/', q })).toEqual({
      s: 'failure',
      d: 'Index not defined, add ".indexOn": "n", for path "/", to the rules',
    })
  })

  test('with a tag hear of a write before those without, whoever came first', async () => {
    const a = await client()
    await a.request('q', { p: '/', h: '' })
    await a.request('q', { p: '/l', q: { i: '.key', l: 1, vf: 'l' }, t: 1, h: '' })
    await a.request('p', { p: '/l/a', d: 1 })
    expect(a.pushes.slice(-2).map(([, body]) => body['t'])).toEqual([1, undefined])
  })

  test('end when rules, data or identity no longer allow them, and say which', async () => {
    const rules = {
      open: { '.read': 'root.child("gate").val() === true' },
      u: { '.read': 'auth.uid === "u"' },
    }
    setRules(rules)
    rtdb.import(namespace, { gate: true, open: { a: 1 }, u: 1 })
    const [a, owner] = [await client(), await ownerClient()]
    const q = { i: '.key', l: 1, vf: 'l' }
    await a.request('auth', { cred: unsignedToken({ sub: 'u' }) })
    await a.request('q', { p: '/open', h: '' })
    await a.request('q', { p: '/open', q, t: 1, h: '' })
    await a.request('q', { p: '/u', h: '' })
    await owner.request('q', { p: '/open', h: '' })
    await owner.request('p', { p: '/gate', d: false })
    await a.request('unauth', {})
    const revoked = a.pushes.filter(([action]) => action === 'c').map(([, body]) => body)
    expect(revoked).toEqual([{ p: 'open' }, { p: 'open', q: [q] }, { p: 'u' }])
    await owner.request('p', { p: '/open/a', d: 2 })
    await a.request('s', {})
    expect(a.pushes.at(-1)?.[0]).toBe('c')
    expect(owner.pushes.at(-1)).toEqual(['d', { p: 'open/a', d: 2 }])
  })

  test('end when new rules refuse them', async () => {
    const a = await client()
    await a.request('q', { p: '/x', h: '' })
    setRules({})
    await a.until(({ d }) => d['a'] === 'c')
  })

  test('a thousand of them cost a write to one place one message', async () => {
    const [a, writer] = [await client(), await client()]
    const asked = Array.from({ length: 1000 }, (_, i) => a.ask('q', { p: `/l/${i}`, h: '' }))
    await Promise.all(asked.map((r) => a.answerTo(r)))
    const before = a.pushes.length
    await writer.request('p', { p: '/l/500/x', d: 1 })
    await a.request('s', {})
    expect(a.pushes.slice(before)).toEqual([['d', { p: 'l/500/x', d: 1 }]])
  })
})

describe('onDisconnect', () => {
  test('writes when the client is gone, as who it was, with the time of that moment', async () => {
    setRules({ '.read': true, u: { '.write': 'auth.uid === "u"' } })
    const [a, b] = [await client(), await client()]
    await a.request('auth', { cred: unsignedToken({ sub: 'u' }) })
    expect((await a.request('o', { p: '/u/gone', d: { '.sv': 'timestamp' } })).s).toBe('ok')
    expect((await a.request('om', { p: '/u', d: { x: 1, y: 2 } })).s).toBe('ok')
    expect((await a.request('oc', { p: '/u/y', d: null })).s).toBe('ok')
    expect((await a.request('o', { p: '/other', d: 1 })).s).toBe('permission_denied')
    expect(rtdb.export(namespace)).toBeNull()
    await b.request('q', { p: '/u', h: '' })
    a.socket.terminate()
    await b.until(({ d }) => (d['b'] as { p?: string } | undefined)?.p === 'u/x')
    expect(rtdb.export(namespace)).toEqual({ u: { gone: 1_700_000_000_000, x: 1 } })
  })

  test('has happened when a client that lost its connection is back', async () => {
    const a = await client()
    const greeting = a.heard[0]?.d['d'] as { s: string }
    await a.request('o', { p: '/gone', d: true })
    const back = await WireClient.connect(rtdb, `${namespace}&ls=${greeting.s}`)
    clients.push(back)
    expect((await back.request('g', { p: '/', q: {} })).d).toEqual({ gone: true })
    await expect(a.request('s', {})).rejects.toThrow('the connection has ended')
  })

  test('skips what the rules no longer allow', async () => {
    const [a, b] = [await client(), await client()]
    await a.request('o', { p: '/closed', d: 1 })
    await a.request('o', { p: '/open', d: 1 })
    setRules({ open: { '.read': true, '.write': true } })
    await b.request('q', { p: '/open', h: '' })
    await a.close()
    await b.until(({ d }) => (d['b'] as { d?: unknown } | undefined)?.d === 1)
    expect(rtdb.export(namespace)).toEqual({ open: 1 })
  })
})
