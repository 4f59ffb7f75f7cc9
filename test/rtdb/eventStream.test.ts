import { request, type ClientRequest } from 'node:http'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'

let rtdb: Rtdb
const streams: ClientRequest[] = []

beforeAll(async () => {
  rtdb = await startRtdb({ limits: { keepAliveMs: 20, unreadPushBytesMax: 1_000_000 } })
})
afterEach(() => {
  for (const stream of streams.splice(0)) stream.destroy()
})
afterAll(() => rtdb.close())

interface Event {
  event: string
  data: unknown
}

/** Opens a stream; each call of the result waits for its next event but keep-alives, unless asked for. */
async function open(
  namespace: string,
  path: string,
): Promise<(keepAlive?: boolean) => Promise<Event>> {
  const events: Event[] = []
  let text = ''
  let wake = (): void => undefined
  await new Promise<void>((resolve, reject) => {
    const headers = { Accept: 'text/event-stream' }
    const url = `${rtdb.url}${path}${path.includes('?') ? '&' : '?'}ns=${namespace}`
    const stream = request(url, { headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(String(response.statusCode)))
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (text + chunk).split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
          events.push({ event, data: JSON.parse(data) })
        }
        wake()
      })
      response.on('end', () => {
        events.push({ event: 'END', data: null })
        wake()
      })
      response.on('error', () => undefined)
      resolve()
    })
    streams.push(stream.on('error', reject))
    stream.end()
  })
  return async (keepAlive = false) => {
    for (;;) {
      const event = events.shift()
      if (event && (keepAlive || event.event !== 'keep-alive')) return event
      if (!event) await new Promise<void>((resolve) => (wake = resolve))
    }
  }
}

const put = (namespace: string, path: string, value: unknown, method = 'PUT'): Promise<Response> =>
  fetch(`${rtdb.url}${path}.json?ns=${namespace}`, { method, body: JSON.stringify(value) })

test('gives the data at once, then what changes, with paths relative to the request', async () => {
  rtdb.import('a', { x: { y: 1 } })
  const next = await open('a', '/x.json')
  expect(await next()).toEqual({ event: 'put', data: { path: '/', data: { y: 1 } } })
  await put('a', '/x/y', 2)
  expect(await next()).toEqual({ event: 'put', data: { path: '/y', data: 2 } })
  await put('a', '/x', { z: 3, 'k/l': 4 }, 'PATCH')
  expect(await next()).toEqual({ event: 'patch', data: { path: '/', data: { z: 3, 'k/l': 4 } } })
  await put('a', '/', null)
  expect(await next()).toEqual({ event: 'put', data: { path: '/', data: null } })
})

test('follows a query', async () => {
  rtdb.import('b', { a: 1, b: 2, c: 3 })
  const next = await open('b', '/.json?orderBy="$key"&limitToLast=2')
  expect(await next()).toEqual({ event: 'put', data: { path: '/', data: { b: 2, c: 3 } } })
  await put('b', '/d', 4)
  expect(await next()).toEqual({ event: 'patch', data: { path: '/', data: { d: 4, b: null } } })
})

test('says that it lives', async () => {
  const next = await open('c', '/.json')
  await next()
  expect(await next(true)).toEqual({ event: 'keep-alive', data: null })
})

test('is refused without permission, and cancelled before it shows what took the permission', async () => {
  const rules = (read: string): string => JSON.stringify({ rules: { x: { '.read': read } } })
  rtdb.setRules('d', rules('!data.exists()'))
  await expect(open('d', '/y.json')).rejects.toThrow('401')
  const next = await open('d', '/x.json')
  await next()
  await fetch(`${rtdb.url}/x.json?ns=d&auth=owner`, { method: 'PUT', body: '1' })
  expect(await next()).toEqual({ event: 'cancel', data: null })
  expect((await next()).event).toBe('END')
})
