import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stand-ins for the two example upstreams of the gateway, on this machine. */
export interface FakeUpstreams {
  /** By the upstream's name. */
  readonly origins: Readonly<Record<'weather' | 'payments', string>>
  close(): Promise<void>
}

/** What they accept; the app must never see them. */
export interface FakeUpstreamSecrets {
  readonly weather: string
  readonly payments: string
}

type Fake = (req: IncomingMessage, res: ServerResponse, url: URL) => void

/** Starts a weather service (its key in the query) and a payment service (a bearer token). */
export async function startFakeUpstreams(secrets: FakeUpstreamSecrets): Promise<FakeUpstreams> {
  const [weather, payments] = await Promise.all([
    listen(fakeWeather(secrets.weather)),
    listen(fakePayments(secrets.payments)),
  ])
  const origin = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origins: { weather: origin(weather), payments: origin(payments) },
    close: async () => {
      await Promise.all([weather, payments].map(end))
    },
  }
}

/** Between two alerts. */
const ALERT_MS = 500

/** So that a run of the demo ends. */
const ALERTS = 3

function fakeWeather(key: string): Fake {
  let asked = 0
  return (req, res, { pathname, searchParams }) => {
    if (!isEqual(searchParams.get('appid') ?? '', key)) return answer(res, 401, { error: 'appid' })
    const city = /^\/v1\/forecast\/([^/]+)$/.exec(pathname)?.[1]
    if (city !== undefined) {
      asked += 1
      const units = searchParams.get('units') ?? 'metric'
      const name = decodeURIComponent(city)
      const received = receivedBy(req, key)
      const forecast = { city: name, units, high: 21, low: 12, asked, received }
      return answer(res, 200, forecast, { 'cache-control': 'public, max-age=60' })
    }
    if (pathname === '/v1/alerts') return sendAlerts(res)
    answer(res, 404, { error: 'not found' })
  }
}

/** Server-sent events, one after the other. */
function sendAlerts(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  let sent = 0
  const send = () => {
    sent += 1
    res.write(`id: ${sent}\ndata: {"alert":"wind","strength":${sent + 5}}\n\n`)
    if (sent < ALERTS) return
    clearInterval(timer)
    res.end()
  }
  const timer = setInterval(send, ALERT_MS)
  res.once('close', () => clearInterval(timer))
  send()
}

interface Charge {
  readonly id: string
  readonly amount: unknown
  readonly currency: unknown
  refunded: boolean
  /** With the request that has made it. */
  readonly received: object
}

function fakePayments(token: string): Fake {
  const charges = new Map<string, Charge>()
  const byKey = new Map<string, Charge>()
  return (req, res, { pathname }) => {
    if (!isEqual(req.headers.authorization ?? '', `Bearer ${token}`)) {
      return answer(res, 401, { error: 'token' })
    }
    const [, id = '', refunds] = /^\/v1\/charges\/([^/]+)(\/refunds)?$/.exec(pathname) ?? []
    const charge = charges.get(id)
    if (req.method === 'POST' && pathname === '/v1/charges') {
      return void readJson(req).then((body) => {
        const key = String(req.headers['idempotency-key'] ?? charges.size)
        const made = byKey.get(key) ?? {
          ...amountOf(body),
          id: `ch_${charges.size + 1}`,
          refunded: false,
          received: receivedBy(req, token),
        }
        byKey.set(key, made)
        charges.set(made.id, made)
        answer(res, 201, made)
      })
    }
    if (charge === undefined) return answer(res, 404, { error: 'no such charge' })
    if (req.method === 'POST' && refunds !== undefined) {
      charge.refunded = true
      return answer(res, 200, charge)
    }
    answer(res, 200, charge, { 'cache-control': 'max-age=5, must-revalidate' })
  }
}

/**
 * The request as it has come, so that the demo page can show what an upstream gets to see of an app. Of
 * its own secret a real one would say nothing, and neither does this one.
 */
function receivedBy({ method, url = '', headers }: IncomingMessage, secret: string) {
  const blot = (text: string) => text.replaceAll(secret, '(the right one)')
  const told = Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name))
  return {
    request: `${method} ${blot(url)}`,
    headers: Object.fromEntries(told.map(([name, value]) => [name, blot(String(value))])),
  }
}

const OF_CONNECTION = new Set(['host', 'connection'])

const amountOf = (body: unknown) => {
  const { amount, currency } = body as { amount?: unknown; currency?: unknown }
  return { amount, currency }
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

function answer(
  res: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(JSON.stringify(body))
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function listen(fake: Fake): Promise<Server> {
  const server = createServer((req, res) => fake(req, res, new URL(req.url ?? '/', 'http://fake')))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return server
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
}
