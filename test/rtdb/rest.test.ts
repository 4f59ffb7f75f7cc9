import { request as httpRequest } from 'node:http'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'
import { unsignedToken } from './support/wireClient.ts'

const BAD_JSON = "Invalid data; couldn't parse JSON object, array, or value."

let rtdb: Rtdb
let namespace = ''
let count = 0

beforeAll(async () => {
  rtdb = await startRtdb({ now: () => 1_700_000_000_000, limits: { bodyBytesMax: 10_000 } })
})

beforeEach(() => {
  namespace = `test-${++count}`
})

afterAll(() => rtdb.close())

interface Answer {
  status: number
  body: unknown
  etag: string | null
}

const owner = { Authorization: 'Bearer owner' }

/** `path` is without `.json` and may have a query string; `body` is sent as JSON unless it is a string. */
async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [pathname = '', search = ''] = path.split('?')
  const url = `${rtdb.url}${pathname}.json?ns=${namespace}&${search}`
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers,
    ...(text === undefined ? {} : { body: text }),
  })
  const answer = await response.text()
  return {
    status: response.status,
    body: answer === '' ? '' : JSON.parse(answer),
    etag: response.headers.get('etag'),
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body, etag: null })
const failed = (status: number, error: string): Answer => ({ status, body: { error }, etag: null })
const setRules = (rules: object): void => rtdb.setRules(namespace, JSON.stringify({ rules }))

describe('reading and writing', () => {
  test('PUT sets, GET reads, PATCH changes, DELETE removes', async () => {
    expect(await call('PUT', '/a', { x: 1, y: 2 })).toEqual(ok({ x: 1, y: 2 }))
    expect(await call('PATCH', '/a', { y: null, 'z/k': 3 })).toEqual(ok({ y: null, 'z/k': 3 }))
    expect(await call('GET', '/a')).toEqual(ok({ x: 1, z: { k: 3 } }))
    expect(await call('GET', '/a/z/k')).toEqual(ok(3))
    expect(await call('DELETE', '/a')).toEqual(ok(null))
    expect(await call('GET', '/')).toEqual(ok(null))
  })

  test('PATCH with null removes, as the command line of Firebase does it', async () => {
    await call('PUT', '/a', { x: 1 })
    expect(await call('PATCH', '/a/x?print=silent&writeSizeLimit=tiny', null)).toMatchObject({
      status: 204,
    })
    expect(rtdb.export(namespace)).toBeNull()
  })

  test('POST adds under a new key, and keys ascend', async () => {
    const names = []
    for (let i = 0; i < 3; i++) {
      const { body } = await call('POST', '/list', i)
      names.push((body as { name: string }).name)
    }
    expect(names[0]).toMatch(/^[-\w]{20}$/)
    expect(names).toEqual([...names].sort())
    expect(rtdb.export(namespace)).toEqual({
      list: Object.fromEntries(names.map((n, i) => [n, i])),
    })
  })

  test('server values are resolved in the answer', async () => {
    const value = { at: { '.sv': 'timestamp' }, n: { '.sv': { increment: 2 } } }
    expect(await call('PUT', '/a', value)).toEqual(ok({ at: 1_700_000_000_000, n: 2 }))
    expect(await call('PATCH', '/a', { n: { '.sv': { increment: 2 } } })).toEqual(ok({ n: 4 }))
  })

  test('arrays come back as arrays, and as objects in the export format, with priorities', async () => {
    await call('PUT', '/a', { list: ['x', 'y'], p: { '.value': 1, '.priority': 'high' } })
    expect(await call('GET', '/a')).toEqual(ok({ list: ['x', 'y'], p: 1 }))
    expect(await call('GET', '/a?format=export')).toEqual(
      ok({ list: { 0: 'x', 1: 'y' }, p: { '.value': 1, '.priority': 'high' } }),
    )
    expect(await call('GET', '/a/p/.priority')).toEqual(ok('high'))
    expect(await call('PUT', '/a/p/.priority', 7)).toEqual(ok(7))
    expect(rtdb.export(namespace)).toMatchObject({ a: { p: { '.value': 1, '.priority': 7 } } })
  })

  test('print=silent answers nothing, print=pretty with line breaks', async () => {
    expect(await call('PUT', '/a?print=silent', { x: 1 })).toEqual({ ...ok(''), status: 204 })
    expect(await call('GET', '/a?print=silent')).toEqual({ ...ok(''), status: 204 })
    const response = await fetch(`${rtdb.url}/a.json?ns=${namespace}&print=pretty`)
    expect(await response.text()).toBe('{\n  "x": 1\n}\n')
  })

  test('shallow=true shows the keys only', async () => {
    await call('PUT', '/a', { x: { y: 1 }, z: 'text' })
    expect(await call('GET', '/a?shallow=true')).toEqual(ok({ x: true, z: true }))
    expect(await call('GET', '/a/z?shallow=true')).toEqual(ok('text'))
    expect(await call('GET', '/a?shallow=true&orderBy="$key"')).toEqual(
      failed(400, 'Mixing shallow and querying parameters is not supported'),
    )
  })

  test('keys are decoded one by one: an encoded slash is no way to another place', async () => {
    await call('PUT', '/a%20b/%C3%BC', 1)
    expect(rtdb.export(namespace)).toEqual({ 'a b': { ü: 1 } })
    expect((await call('PUT', '/a%2Fb', 1)).status).toBe(400)
    expect((await call('PUT', '/a%zz', 1)).status).toBe(400)
  })

  test('a POST can stand for another method, a GET cannot', async () => {
    await call('PUT', '/a', { x: 1 })
    const override = { 'X-HTTP-Method-Override': 'patch' }
    expect(await call('POST', '/a', { y: 2 }, override)).toEqual(ok({ y: 2 }))
    expect(await call('GET', '/a', undefined, { 'X-HTTP-Method-Override': 'DELETE' })).toEqual(
      ok({ x: 1, y: 2 }),
    )
    expect(await call('POST', '/a?x-http-method-override=DELETE')).toEqual(ok(null))
  })
})

describe('queries', () => {
  beforeEach(() => {
    setRules({ '.read': true, '.write': true, l: { '.indexOn': ['n', 'd/e'] } })
    rtdb.import(namespace, { l: { a: { n: 3 }, b: { n: 1 }, c: { n: 2 }, d: { d: { e: 5 } } } })
  })

  test.each([
    ['orderBy="n"&limitToLast=2', { a: { n: 3 }, c: { n: 2 } }],
    ['orderBy="n"&startAt=2', { a: { n: 3 }, c: { n: 2 } }],
    ['orderBy="n"&startAfter=2', { a: { n: 3 } }],
    ['orderBy="n"&endBefore=2&startAt=0', { b: { n: 1 } }],
    ['orderBy="n"&equalTo=1', { b: { n: 1 } }],
    ['orderBy="d/e"&startAt=1', { d: { d: { e: 5 } } }],
    ['orderBy="$key"&startAt="b"&limitToFirst=1', { b: { n: 1 } }],
    ['orderBy="n"&startAt=100', {}],
  ])('%s', async (search, expected) => {
    const { status, body } = await call('GET', `/l?${search}`)
    expect([status, body ?? {}]).toEqual([200, expected])
  })

  test.each([
    ['limitToFirst=1', 'orderBy must be defined when other query parameters are defined'],
    ['orderBy=n', 'orderBy must be a valid JSON encoded path'],
    ['orderBy="x"', 'Index not defined, add ".indexOn": "x", for path "/l", to the rules'],
  ])('%s is refused', async (search, error) => {
    expect(await call('GET', `/l?${search}`)).toEqual(failed(400, error))
  })
})

describe('ETags', () => {
  const asking = { 'X-Firebase-ETag': 'true' }

  test('a write goes through if the data is as its ETag said, and shows it if not', async () => {
    const empty = await call('GET', '/a', undefined, asking)
    expect(empty.etag).toBe('null_etag')
    const first = await call('PUT', '/a', 1, { ...asking, 'if-match': 'null_etag' })
    expect(first.status).toBe(200)
    const etag = first.etag ?? ''
    expect(await call('PUT', '/a', 2, { 'if-match': 'null_etag' })).toEqual({
      status: 412,
      body: 1,
      etag,
    })
    expect((await call('DELETE', '/a', undefined, { 'if-match': etag })).status).toBe(200)
    expect(rtdb.export(namespace)).toBeNull()
  })

  test('a condition shows nothing to those who may write but not read', async () => {
    setRules({ '.write': true })
    await call('PUT', '/secret', 's')
    expect(await call('PUT', '/secret', 1, { 'if-match': 'null_etag' })).toEqual(
      failed(401, 'Permission denied'),
    )
  })

  test('a condition is refused where it would have no effect', async () => {
    for (const method of ['PATCH', 'POST']) {
      expect((await call(method, '/a', { x: 1 }, { 'if-match': 'null_etag' })).status).toBe(400)
    }
    expect(rtdb.export(namespace)).toBeNull()
  })
})

describe('credentials', () => {
  const token = unsignedToken({ user_id: 'u', firebase: { sign_in_provider: 'google.com' } })

  beforeEach(() => {
    setRules({
      $uid: { '.read': 'auth.uid === $uid && auth.provider === "google"' },
      p: { '.read': 'auth.token.user_id === "u"' },
    })
    rtdb.import(namespace, { u: 1 })
  })

  test('the owner and users are known by each of the documented ways', async () => {
    for (const search of ['auth=owner', 'access_token=owner', `auth=${token}`]) {
      expect(await call('GET', `/u?${search}`)).toEqual(ok(1))
    }
    for (const bearer of ['owner', token]) {
      expect(await call('GET', '/u', undefined, { Authorization: `Bearer ${bearer}` })).toEqual(
        ok(1),
      )
    }
    expect((await call('GET', `/p?auth=${token}`)).status).toBe(200)
  })

  test('everyone else is nobody, and a credential that proves nothing is refused', async () => {
    expect(await call('GET', '/u')).toEqual(failed(401, 'Permission denied'))
    for (const bearer of ['x', 'Owner', `${token}signature`]) {
      const headers = { Authorization: `Bearer ${bearer}` }
      expect(await call('GET', '/u', undefined, headers)).toEqual(
        failed(401, 'Could not parse auth token.'),
      )
    }
  })

  test('only the owner can be judged as somebody else', async () => {
    const as = (override: unknown): string =>
      `auth_variable_override=${encodeURIComponent(JSON.stringify(override))}`
    const user = { uid: 'u', provider: 'google' }
    expect(await call('GET', `/u?${as(user)}`, undefined, owner)).toEqual(ok(1))
    expect((await call('GET', `/u?${as({ uid: 'x' })}`, undefined, owner)).status).toBe(401)
    expect((await call('GET', `/u?${as(null)}`, undefined, owner)).status).toBe(401)
    expect((await call('GET', `/u?${as(user)}`)).status).toBe(401)
    expect((await call('GET', '/u?auth_variable_override=x', undefined, owner)).status).toBe(401)
  })
})

describe('settings', () => {
  test('rules are kept to the letter, comments included', async () => {
    const text = '// mine\n{ "rules": { ".read": true /* all */ } }\n'
    expect(await call('PUT', '/.settings/rules', text, owner)).toEqual(ok({ status: 'ok' }))
    const url = `${rtdb.url}/.settings/rules.json?ns=${namespace}`
    expect(await (await fetch(url, { headers: owner })).text()).toBe(text)
    expect((await call('PUT', '/x', 1)).status).toBe(401)
  })

  test('wrong rules are refused with their place, and the old ones stay', async () => {
    setRules({ '.read': true })
    const broken = await call('PUT', '/.settings/rules', '{"rules": {".read": tru', owner)
    expect([broken.status, broken.body]).toEqual([
      400,
      { error: expect.stringMatching(/Parse error/) as string },
    ])
    const wrong = await call('PUT', '/.settings/rules', '{"rules": {".read": "foo"}}', owner)
    expect([wrong.status, wrong.body]).toEqual([
      400,
      { error: expect.stringMatching(/1:\d+: \/\.read: .*foo/) as string },
    ])
    expect((await call('GET', '/')).status).toBe(200)
  })

  test('are for the owner alone', async () => {
    for (const name of ['rules', 'functionTriggers', 'operations', 'other']) {
      expect((await call('GET', `/.settings/${name}`)).status).toBe(401)
    }
    expect((await call('GET', '/.settings/other', undefined, owner)).status).toBe(404)
    expect((await call('DELETE', '/.settings/rules', undefined, owner)).status).toBe(405)
  })

  test('operations are counted and can be reset', async () => {
    setRules({ a: { '.read': true, '.write': true } })
    await call('GET', '/a')
    await call('GET', '/b')
    await call('PUT', '/a', 1)
    await call('PUT', '/b', 1)
    const operations = {
      ...{ reads: 1, readsDenied: 1, writes: 1, writesDenied: 1, stale: 0 },
      actions: { GET: 2, PUT: 2 },
    }
    expect(await call('GET', '/.settings/operations', undefined, owner)).toEqual(ok(operations))
    expect(rtdb.operations(namespace)).toEqual(operations)
    await call('DELETE', '/.settings/operations', undefined, owner)
    expect(rtdb.operations(namespace)).toMatchObject({ reads: 0, actions: {} })
  })
})

describe('bad requests', () => {
  test.each([
    ['PUT', 'not json', 400, BAD_JSON],
    ['PUT', '', 400, BAD_JSON],
    ['PATCH', '5', 400, "Invalid data; couldn't parse JSON object."],
    ['PATCH', '[1]', 400, "Invalid data; couldn't parse JSON object."],
  ])('%s %j', async (method, body, status, error) => {
    expect(await call(method, '/a', body)).toEqual(failed(status, error))
    expect(rtdb.export(namespace)).toBeNull()
  })

  test('a method that REST does not have is refused', async () => {
    expect(await call('PROPFIND', '/a')).toEqual(failed(405, 'Method not allowed'))
  })

  test('keys and values that cannot be are refused', async () => {
    for (const body of ['{"a.b":1}', '{"a":{".sv":"x"}}', '{"":1}', '1e999']) {
      const { status } = await call('PUT', '/a', body)
      expect([body, status]).toEqual([body, 400])
    }
    expect(rtdb.export(namespace)).toBeNull()
  })

  test('a path without .json is not found', async () => {
    const response = await fetch(`${rtdb.url}/a?ns=${namespace}`)
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'append .json to your request URI to use the REST API.' },
    ])
  })

  test('a body over the limit is refused, one at the limit is not', async () => {
    const text = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2))
    expect((await call('PUT', '/a', text(10_000))).status).toBe(200)
    expect(await call('PUT', '/a', text(10_001))).toEqual(
      failed(
        400,
        'Data to write exceeds the maximum size that can be modified with a single request.',
      ),
    )
  })

  test('an impossible namespace is refused', async () => {
    const response = await fetch(`${rtdb.url}/a.json?ns=a%2Fb`)
    expect(response.status).toBe(400)
  })
})

describe('who may come in', () => {
  /** fetch does not let the caller choose Host and Sec-Fetch-Site. */
  function statusWith(headers: Record<string, string>, path = '/a.json?ns=x'): Promise<number> {
    return new Promise((resolve, reject) => {
      httpRequest({ host: rtdb.host, port: rtdb.port, path, headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })
  }

  test.each([
    ['no browser', {}, 200],
    ['a page of this machine', { Origin: 'http://localhost:5000' }, 200],
    ['this machine by another name', { Host: 'demo-x.localhost:9000' }, 200],
    ['this machine by address', { Host: '[::1]:9000', Origin: 'http://127.0.0.1:3000' }, 200],
    ['a page elsewhere', { Origin: 'https://evil.example' }, 403],
    ['a page elsewhere with a lookalike name', { Origin: 'http://localhost.evil.example' }, 403],
    ['a page in a sandbox', { Origin: 'null' }, 403],
    ['a rebound name', { Host: 'evil.example' }, 403],
    ['an image on a page elsewhere', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ])('%s', async (_, headers, status) => {
    expect(await statusWith(headers)).toBe(status)
  })

  test('a preflight is answered for pages of this machine only', async () => {
    const headers = { Origin: 'http://localhost:5000', 'Access-Control-Request-Headers': 'x-a' }
    const response = await fetch(`${rtdb.url}/a.json`, { method: 'OPTIONS', headers })
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5000')
    expect(response.headers.get('access-control-allow-headers')).toBe('x-a')
    const foreign = await fetch(`${rtdb.url}/a.json`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example' },
    })
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([
      403,
      null,
    ])
  })

  test('a host of several labels names the database', async () => {
    rtdb.import('demo-host', 5)
    expect(await statusWith({ Host: 'demo-host.localhost' }, '/.json')).toBe(200)
    expect(rtdb.operations('demo-host').reads).toBe(1)
  })
})
