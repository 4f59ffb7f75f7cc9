import type { IncomingHttpHeaders } from 'node:http'
import type { UpstreamPath } from '../../../functions/src/gateway/upstream.ts'
import { secretIn } from './harness/behindGateway.ts'
import { cachedOrigin, headersOf, textOf, type OriginAnswer } from './harness/fakeOrigin.ts'

// RFC 9111, section by section, on the cache in front of an origin.

const PUBLIC = { for: 'public', ttlSecondsMax: 600 } as const
const INSTALL = { for: 'install', ttlSecondsMax: 600 } as const

type Change = NonNullable<Parameters<typeof cachedOrigin>[3]>

/** Asks several times, a second apart, and tells what the cache says of each. */
function start(
  headers: OriginAnswer['headers'],
  rule: UpstreamPath['cache'] = PUBLIC,
  change: Change = {},
) {
  const clock = { ms: 1_795_300_020_000 }
  const answer: { current: OriginAnswer } = { current: { headers: headers ?? {}, body: 'one' } }
  const origin = cachedOrigin(rule, () => answer.current, clock, change)
  const ask = async (
    more: Parameters<typeof origin.call>[0] = {},
    sent: IncomingHttpHeaders = {},
    keyId = 'a'.repeat(32),
  ) => {
    const relayed = await origin.callCached(origin.call(more), {
      requestId: 'r',
      keyId,
      headers: sent,
    })
    const headers = headersOf(relayed)
    return {
      status: headers['Cache-Status'],
      age: headers['Age'],
      body: textOf(relayed.content),
      headers,
    }
  }
  return { ...origin, clock, answer, ask }
}

const FRESH = { 'cache-control': 'max-age=60' }

test('off unless the path says otherwise', async () => {
  const { callCached, call, asked } = start({ 'cache-control': 'public, max-age=60' })
  const path = { ...call().path, cache: undefined }
  for (let n = 0; n < 2; n += 1) {
    const caller = { requestId: 'r', keyId: 'a', headers: {} }
    expect((await callCached(call({ path }), caller)).headers).not.toContain('Cache-Status')
  }
  expect(asked).toHaveLength(2)
})

test('4.2.3, RFC 9211: a hit tells its age and what is left; the first one that it was stored', async () => {
  const { ask, clock, asked } = start({ ...FRESH, 'content-type': 'text/plain', 'x-other': '1' })
  expect((await ask()).status).toBe('latchkey; fwd=uri-miss; fwd-status=200; stored')
  clock.ms += 7500
  expect(await ask()).toEqual({
    status: 'latchkey; hit; ttl=52',
    age: '7',
    body: 'one',
    headers: { 'Content-Type': 'text/plain', Age: '7', 'Cache-Status': 'latchkey; hit; ttl=52' },
  })
  expect(asked).toHaveLength(1)
})

test('5.1: an age that it came with counts', async () => {
  const { ask } = start({ ...FRESH, age: '50' })
  await ask()
  expect(await ask()).toMatchObject({ age: '50', status: 'latchkey; hit; ttl=10' })
})

const NEVER: Record<string, OriginAnswer> = {
  'no-store': { headers: { 'cache-control': 'no-store, max-age=60' } },
  'no-store in capitals': { headers: { 'cache-control': 'MAX-AGE=60, No-Store' } },
  private: { headers: { 'cache-control': 'private, max-age=60' } },
  'private for one header': { headers: { 'cache-control': 'private="x-a, x-b", max-age=60' } },
  'private in a second line': { headers: { 'cache-control': ['max-age=60', 'Private'] } },
  'private with spaces': { headers: { 'cache-control': 'max-age=60 ,private ' } },
  'no-cache': { headers: { 'cache-control': 'no-cache, max-age=60' } },
  'Set-Cookie': { headers: { ...FRESH, 'set-cookie': ['a=1'] } },
  'an empty Set-Cookie': { headers: { ...FRESH, 'set-cookie': '' } },
  'Vary: *': { headers: { ...FRESH, vary: '*' } },
  'Vary with a star': { headers: { ...FRESH, vary: 'accept, *' } },
  'no word on how long': { headers: { 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' } },
  'public alone': { headers: { 'cache-control': 'public' } },
  'immutable alone': { headers: { 'cache-control': 'immutable' } },
  'stale from the start, but of use in need': {
    headers: { 'cache-control': 'max-age=0, stale-if-error=600, stale-while-revalidate=600' },
  },
  'max-age=0': { headers: { 'cache-control': 'max-age=0' } },
  's-maxage=0': { headers: { 'cache-control': 's-maxage=0, max-age=60' } },
  'a malformed max-age': { headers: { 'cache-control': 'max-age=soon' } },
  'Expires in the past': { headers: { expires: 'Wed, 01 Jan 2020 00:00:00 GMT' } },
  'Expires: 0': { headers: { expires: '0' } },
  'an age beyond its life': { headers: { ...FRESH, age: '61' } },
  'Pragma: no-cache': { headers: { pragma: 'no-cache' } },
  'a 404': { status: 404, headers: FRESH },
  'a 206': { status: 206, headers: FRESH },
  'a 500': { status: 500, headers: FRESH },
}
test.each(Object.entries(NEVER))('3: %s is never kept', async (_name, given) => {
  const { ask, asked, answer } = start({})
  answer.current = given
  await ask()
  expect((await ask()).status).toMatch(/^latchkey; fwd=uri-miss; fwd-status=\d+$/)
  expect(asked).toHaveLength(2)
})

test('3: the answer that may not be kept also ends the one before', async () => {
  const { ask, answer, clock } = start(FRESH)
  await ask()
  clock.ms += 61_000
  answer.current = { headers: { 'cache-control': 'no-store' }, body: 'two' }
  expect((await ask()).body).toBe('two')
  expect((await ask()).status).toMatch(/uri-miss/)
})

test('3.5: where our credential goes into Authorization, only what says so is kept', async () => {
  const secret = secretIn({ in: 'header', name: 'Authorization', prefix: 'Bearer ' })
  const isKept = async (control: string) => {
    const { ask } = start({ 'cache-control': control }, PUBLIC, { secret })
    return (await ask()).status?.includes('stored')
  }
  expect(await isKept('max-age=60')).toBe(false)
  expect(await isKept('max-age=60, public')).toBe(true)
  expect(await isKept('max-age=60, must-revalidate')).toBe(true)
  expect(await isKept('s-maxage=60')).toBe(true)
})

test('4.1: other headers of the app, another answer, whether the upstream says Vary or not', async () => {
  const { ask, asked } = start(FRESH)
  const inLanguage = (value: string) => ask({ chosen: ['accept-language', value] })
  await inLanguage('de')
  expect((await inLanguage('fr')).status).toMatch(/fwd=vary-miss.*stored/)
  expect((await inLanguage('de')).status).toMatch(/hit/)
  expect((await inLanguage('fr')).status).toMatch(/hit/)
  expect(asked).toHaveLength(2)
  // No more than eight of them: an app cannot fill the memory with made-up languages.
  for (let n = 0; n < 8; n += 1) await inLanguage(`x-${n}`)
  expect((await inLanguage('de')).status).toMatch(/vary-miss/)
})

test('another address is another answer', async () => {
  const { ask } = start(FRESH)
  await ask({ target: '/a' })
  for (const target of ['/b', '/a?x', '/A', '/a%20']) {
    expect((await ask({ target })).status).toMatch(/uri-miss/)
  }
})

test('each install has copies of its own, unless the path is public', async () => {
  const own = start(FRESH, INSTALL)
  await own.ask({}, {}, 'a')
  expect((await own.ask({}, {}, 'b')).status).toMatch(/uri-miss/)
  expect((await own.ask({}, {}, 'a')).status).toMatch(/hit/)
  const shared = start(FRESH, PUBLIC)
  await shared.ask({}, {}, 'a')
  expect((await shared.ask({}, {}, 'b')).status).toMatch(/hit/)
})

test('our own limit ends an answer, whatever it says itself', async () => {
  const { ask, clock } = start({ 'cache-control': 'max-age=31536000' })
  await ask()
  expect((await ask()).status).toBe('latchkey; hit; ttl=600')
  clock.ms += 600_000
  expect((await ask({}, { 'cache-control': 'max-stale' })).status).toMatch(/fwd=stale/)
})

describe('4.3: asking whether it is still good', () => {
  const validated = { ...FRESH, etag: '"1"', 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }

  test('304: the same content for another while, under the new headers', async () => {
    const first = { ...validated, 'x-run': '1' }
    const { ask, answer, clock, asked } = start(first, PUBLIC, { responseHeaders: ['x-run'] })
    await ask()
    clock.ms += 61_000
    answer.current = { status: 304, headers: { ...FRESH, etag: '"1"', 'x-run': '2' } }
    const renewed = await ask()
    expect(renewed).toMatchObject({ status: 'latchkey; fwd=stale; fwd-status=304', body: 'one' })
    expect(renewed.headers['x-run']).toBe('2')
    expect(asked[1]).toEqual([
      ...['if-none-match', '"1"'],
      ...['if-modified-since', 'Wed, 01 Jan 2020 00:00:00 GMT'],
    ])
    expect(await ask()).toMatchObject({ status: 'latchkey; hit; ttl=60', body: 'one' })
  })
  test('200: other content in its place', async () => {
    const { ask, answer, clock } = start(validated)
    await ask()
    clock.ms += 61_000
    answer.current = { headers: validated, body: 'two' }
    expect(await ask()).toMatchObject({
      status: expect.stringMatching(/stored/) as string,
      body: 'two',
    })
    expect(await ask()).toMatchObject({
      status: expect.stringMatching(/hit/) as string,
      body: 'two',
    })
  })
  test('304 that takes the permission back: answered, and not kept', async () => {
    const { ask, answer, clock } = start(validated)
    await ask()
    clock.ms += 61_000
    answer.current = { status: 304, headers: { etag: '"1"', 'cache-control': 'private' } }
    expect((await ask()).body).toBe('one')
    answer.current = { headers: {}, body: 'two' }
    expect(await ask()).toMatchObject({
      status: expect.stringMatching(/uri-miss/) as string,
      body: 'two',
    })
  })
  test('304 without a word on which version: the one that it was asked about', async () => {
    const { ask, answer, clock } = start(validated)
    await ask()
    clock.ms += 61_000
    answer.current = { status: 304, headers: FRESH }
    expect(await ask()).toMatchObject({ body: 'one' })
    expect((await ask()).status).toBe('latchkey; hit; ttl=60')
  })
  test('304 for another version: asked again, without conditions', async () => {
    const { ask, answer, clock, asked } = start(validated)
    await ask()
    clock.ms += 61_000
    answer.current = { status: 304, headers: { etag: '"2"' } }
    await ask()
    expect(asked).toHaveLength(3)
    expect(asked[2]).toEqual([])
  })
  test('an error passes, and what is stale is not answered instead', async () => {
    const { ask, answer, clock } = start({
      ...validated,
      'cache-control': 'max-age=60, stale-if-error=600',
    })
    await ask()
    clock.ms += 61_000
    answer.current = { status: 503, body: 'down' }
    expect((await ask()).body).toBe('down')
  })
})

test('4.4: what changes something ends the copies of its address', async () => {
  const { ask, answer } = start(FRESH, INSTALL)
  await ask()
  answer.current = { status: 500 }
  await ask({ method: 'POST' })
  expect((await ask()).status).toMatch(/hit/)
  answer.current = { status: 201 }
  expect((await ask({ method: 'POST' })).status).toBe('latchkey; fwd=method')
  expect((await ask()).status).toMatch(/uri-miss/)
})

describe('5.2.1: what the app demands', () => {
  const WISHES: [wish: IncomingHttpHeaders, status: RegExp][] = [
    [{ 'cache-control': 'no-cache' }, /fwd=request/],
    [{ 'cache-control': 'No-Cache' }, /fwd=request/],
    [{ pragma: 'no-cache' }, /fwd=request/],
    [{ 'cache-control': 'max-age=0' }, /fwd=request/],
    [{ 'cache-control': 'max-age=5' }, /fwd=request/],
    [{ 'cache-control': 'min-fresh=55' }, /fwd=request/],
    [{ 'cache-control': 'max-age=30' }, /hit/],
    [{ 'cache-control': 'only-if-cached' }, /hit/],
  ]
  test.each(WISHES)('%j', async (wish, status) => {
    const { ask, clock } = start(FRESH)
    await ask()
    clock.ms += 10_000
    expect((await ask({}, wish)).status).toMatch(status)
  })
  test('what Hosting says in its name is not its own word', async () => {
    const hosting: IncomingHttpHeaders = {
      'cache-control': 'no-cache, no-store',
      pragma: 'no-cache',
      'x-forwarded-host': 'project.web.app',
    }
    const { ask } = start(FRESH)
    expect((await ask({}, hosting)).status).toMatch(/stored/)
    expect((await ask({}, hosting)).status).toMatch(/hit/)
    // With any of the three missing, or another one, it is the app's own.
    for (const other of ['cache-control', 'pragma', 'x-forwarded-host']) {
      const { ask } = start(FRESH)
      await ask()
      const { status } = await ask({}, { ...hosting, [other]: undefined })
      expect([other, status]).toEqual([other, expect.stringMatching(/fwd=request/)])
    }
  })

  test('no-store: its answer is not kept', async () => {
    const { ask } = start(FRESH)
    expect((await ask({}, { 'cache-control': 'no-store' })).status).not.toMatch(/stored/)
    expect((await ask()).status).toMatch(/uri-miss/)
  })
  test('only-if-cached without a copy: 504, and the upstream is not asked', async () => {
    const { ask, asked } = start(FRESH)
    await expect(ask({}, { 'cache-control': 'only-if-cached' })).rejects.toMatchObject({
      code: 'upstream_timeout',
    })
    expect(asked).toEqual([])
  })
})

test('the memory is bounded by bytes: the least recent answers go', async () => {
  const { ask, answer } = start(FRESH, PUBLIC, { bytesMax: 100_000 })
  answer.current = { headers: FRESH, body: 'x'.repeat(20_000) }
  for (let n = 0; n < 10; n += 1) await ask({ target: `/${n}` })
  const hits = []
  for (let n = 9; n >= 0; n -= 1) {
    const { status } = await ask({ target: `/${n}` }, { 'cache-control': 'only-if-cached' }).catch(
      () => ({ status: '' }),
    )
    if (status?.includes('hit')) hits.push(n)
  }
  expect(hits).toEqual([9, 8, 7, 6])
  answer.current = { headers: FRESH, body: 'x'.repeat(200_000) }
  expect((await ask({ target: '/large' })).status).not.toMatch(/stored/)
})

describe('headers count as well: a policy keeps all of them, whether they pass or not', () => {
  const withHeaders = (bytes: number) => ({ ...FRESH, etag: '"1"', 'x-a': 'x'.repeat(bytes) })
  const isHit = async (ask: ReturnType<typeof start>['ask'], n: number) => {
    const asked = ask({ target: `/${n}` }, { 'cache-control': 'only-if-cached, max-stale' })
    return (await asked.catch(() => ({ status: '' }))).status?.includes('hit') === true
  }

  test('in what fits', async () => {
    const { ask } = start(withHeaders(3000), PUBLIC, { bytesMax: 100_000 })
    for (let n = 0; n < 50; n += 1) await ask({ target: `/${n}` })
    const hits: number[] = []
    for (let n = 0; n < 50; n += 1) if (await isHit(ask, n)) hits.push(n)
    expect(hits.length).toBeGreaterThan(15)
    expect(hits.length * 3000).toBeLessThan(100_000)
  })
  test('and not more than about 4 kB for one answer, which passes all the same', async () => {
    const { ask, answer } = start(withHeaders(4000))
    expect((await ask()).status).toMatch(/stored/)
    answer.current = { headers: withHeaders(8192), body: 'two' }
    const passed = await ask({ target: '/b' })
    expect(passed).toMatchObject({ status: 'latchkey; fwd=uri-miss; fwd-status=200', body: 'two' })
  })
  test('nor do they grow by a 304', async () => {
    const { ask, answer, clock } = start(withHeaders(10))
    await ask()
    clock.ms += 61_000
    answer.current = { status: 304, headers: withHeaders(8192) }
    expect(await ask()).toMatchObject({
      status: 'latchkey; fwd=stale; fwd-status=304',
      body: 'one',
    })
    answer.current = { headers: FRESH, body: 'two' }
    expect(await ask()).toMatchObject({ body: 'two' })
  })
})
