import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onValueWritten, type DatabaseEvent } from 'firebase-functions/v2/database'
import { startRtdb, type Rtdb } from '../../../rtdb/src/index.ts'
import { WireClient, unsignedToken } from '../support/wireClient.ts'

interface Posted {
  path: string | undefined
  type: string | undefined
  body: Record<string, unknown>
}

const V2 = 'google.firebase.database.ref.v1.'
const V1 = 'providers/google.firebase.database/eventTypes/ref.'

let functions: Server
let rtdb: Rtdb
const posted: Posted[] = []
let wake = (): void => undefined
let status = 200
const lines: string[] = []

beforeAll(async () => {
  functions = createServer((message, response) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
      posted.push({ path: message.url, type: message.headers['content-type'], body })
      response.writeHead(status).end()
      wake()
    })
  })
  await new Promise<void>((resolve) => functions.listen(0, '127.0.0.1', resolve))
  const { port } = functions.address() as AddressInfo
  rtdb = await startRtdb({
    functionsHost: `127.0.0.1:${port}`,
    now: () => 1_700_000_000_000,
    log: (line) => {
      lines.push(line)
      wake()
    },
  })
})

beforeEach(() => {
  posted.length = 0
  lines.length = 0
})

afterAll(async () => {
  await rtdb.close()
  functions.closeAllConnections()
  await new Promise((resolve) => functions.close(resolve))
})

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise<void>((resolve) => (wake = resolve))
}

async function owner(method: string, path: string, body: unknown): Promise<number> {
  const headers = { Authorization: 'Bearer owner' }
  const response = await fetch(`${rtdb.url}${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  })
  return response.status
}

function register(
  key: string,
  path: string,
  event: string,
  ns = 'demo-x',
  more = {},
): Promise<number> {
  const kind = event.startsWith(V2) ? 'triggers' : 'functions'
  const name = `projects/demo-x/locations/us-central1/${kind}/${key}`
  return owner('POST', `/.settings/functionTriggers.json?ns=${ns}`, {
    name,
    path,
    event,
    topic: 't',
    ...more,
  })
}

const everywhere = { namespacePattern: '*' }

test('the second generation gets a CloudEvent that firebase-functions understands', async () => {
  expect(await register('v2', 'orders/{id}', `${V2}written`, 'demo-x', everywhere)).toBe(200)
  rtdb.import('demo-x', { orders: { a: { n: 1, gone: true, deep: { x: 1, y: 1 } } } })
  const client = await WireClient.connect(rtdb, 'demo-x')
  await client.request('auth', { cred: unsignedToken({ sub: 'u' }) })
  await client.request('m', { p: '/orders/a', d: { n: 2, gone: null, 'deep/x': 5, new: 'é' } })
  await until(() => posted.length === 1)
  await client.close()

  const [{ path, type, body }] = posted as [Posted]
  expect([path, type]).toEqual([
    '/functions/projects/demo-x/triggers/v2',
    'application/cloudevents+json',
  ])
  expect(body).toEqual({
    specversion: '1.0',
    id: expect.any(String) as string,
    time: '2023-11-14T22:13:20.000Z',
    type: `${V2}written`,
    source: '//firebasedatabase.googleapis.com/projects/_/locations/us-central1/instances/demo-x',
    subject: 'refs/orders/a',
    ref: 'orders/a',
    instance: 'demo-x',
    location: 'us-central1',
    firebasedatabasehost: 'firebaseio.com',
    authtype: 'app_user',
    authid: 'u',
    data: {
      '@type': 'type.googleapis.com/google.events.firebase.database.v1.ReferenceEventData',
      data: { n: 1, gone: true, deep: { x: 1, y: 1 } },
      delta: { n: 2, gone: null, deep: { x: 5 }, new: 'é' },
    },
  })

  process.env['FIREBASE_CONFIG'] =
    '{"databaseURL":"https://demo-x.firebaseio.com","projectId":"demo-x"}'
  let seen: unknown
  const handler = onValueWritten({ ref: 'orders/{id}' }, ({ params, data }) => {
    seen = [params, data.before.val(), data.after.val()]
  })
  await handler(body as unknown as DatabaseEvent<never>)
  delete process.env['FIREBASE_CONFIG']
  expect(seen).toEqual([
    { id: 'a' },
    { n: 1, gone: true, deep: { x: 1, y: 1 } },
    { n: 2, deep: { x: 5, y: 1 }, new: 'é' },
  ])
})

test('the first generation gets the older form, in the namespace it was registered in only', async () => {
  await register('v1', '/users/{uid}/name', `${V1}write`, 'demo-one')
  await owner('PUT', '/users/u/name.json?ns=demo-two', 'X')
  await owner('PUT', '/users/u/name.json?ns=demo-one', 'N')
  await until(() => posted.length === 1)
  expect(posted[0]).toEqual({
    path: '/functions/projects/demo-x/triggers/v1',
    type: 'application/json',
    body: {
      context: {
        eventId: expect.any(String) as string,
        timestamp: '2023-11-14T22:13:20.000Z',
        eventType: `${V1}write`,
        resource: {
          service: 'firebaseio.com',
          name: 'projects/_/instances/demo-one/refs/users/u/name',
        },
        domain: 'firebaseio.com',
        authType: 'ADMIN',
      },
      data: { data: null, delta: 'N' },
    },
  })
})

test('each kind of function runs for its kind of change, once a location', async () => {
  for (const kind of ['created', 'updated', 'deleted']) {
    await register(kind, 'k/{id=x-*}/v', `${V2}${kind}`, 'demo-k', everywhere)
  }
  const keysOf = (): unknown[] =>
    posted.map(({ path, body }) => [path?.split('/').at(-1), body['ref']])
  const client = await WireClient.connect(rtdb, 'demo-k')
  await client.request('m', {
    p: '/',
    d: { 'k/x-1/v': 1, 'k/x-2/v/deep': 1, 'k/y/v': 1, 'k/x-3/w': 1 },
  })
  await until(() => posted.length === 2)
  expect(keysOf().sort()).toEqual([
    ['created', 'k/x-1/v'],
    ['created', 'k/x-2/v'],
  ])
  await client.request('p', { p: '/k/x-1', d: { v: 2 } })
  await until(() => posted.length === 3)
  await client.request('p', { p: '/', d: { k: { 'x-1': { v: 2 } } } })
  await until(() => posted.length === 4)
  expect(keysOf().slice(2)).toEqual([
    ['updated', 'k/x-1/v'],
    ['deleted', 'k/x-2/v'],
  ])
  await client.close()
})

test('an import with disableTriggers runs nothing, and a write that changes nothing neither', async () => {
  await register('quiet', 'q', `${V2}written`, 'demo-q', everywhere)
  await owner('PUT', '/q.json?ns=demo-q&disableTriggers=true&writeSizeLimit=unlimited', 1)
  await owner('PUT', '/q.json?ns=demo-q', 1)
  await owner('PUT', '/q.json?ns=demo-q', 2)
  await until(() => posted.length === 1)
  expect(posted[0]?.body['data']).toMatchObject({ data: 1, delta: 2 })
})

test('a function that fails is reported, and the write stands', async () => {
  await register('failing', 'f', `${V2}written`, 'demo-f', everywhere)
  status = 500
  expect(await owner('PUT', '/f.json?ns=demo-f', 1)).toBe(200)
  await until(() => lines.includes('Function failing answered 500.'))
  status = 200
  expect(rtdb.export('demo-f')).toEqual({ f: 1 })
})

test.each([
  ['an unknown event', 'projects/p/locations/l/triggers/k', 'x', 'a.b.written'],
  ['a name of another form', 'k', 'x', `${V2}written`],
  ['a path that matches any depth', 'projects/p/locations/l/triggers/k', 'x/**', `${V2}written`],
])('a registration with %s is refused', async (_, name, path, event) => {
  const url = '/.settings/functionTriggers.json?ns=demo-x'
  expect(await owner('POST', url, { name, path, event })).toBe(400)
})
