import { readFileSync } from 'node:fs'
import { startApp, type App, type Credential } from '../../scripts/demo/app.ts'
import type { CallToSign } from '../../scripts/local/signedHeaders.ts'
import { running } from './harness/running.ts'

// The two example upstreams, whose fakes run beside the emulators. Attestation is enforced for them.

jest.setTimeout(60_000)

const FORMS = [
  ['the Functions emulator', () => `${running().functionsUrl}/api`],
  ['the Hosting rewrite', () => `${running().hostingUrl}/api`],
] as const

describe.each(FORMS)('through %s', (_name, apiBaseUrl) => {
  let app: App
  let credential: Credential

  beforeAll(async () => {
    app = await startApp({ ...running(), apiBaseUrl: apiBaseUrl() })
    await app.register()
    const { code } = (await app.read(`${app.slotPath}/otp`)) as { code: string }
    await app.register(code)
    credential = (await app.read(`${app.slotPath}/credential`)) as Credential
  })
  afterAll(() => app.close())

  const call = async (what: CallToSign): Promise<Response> => {
    const { url, ...request } = await app.sign(credential, what)
    return fetch(url, request)
  }

  test('a weather API with its key in the query', async () => {
    const response = await call({
      method: 'GET',
      path: '/proxy/weather/v1/forecast/S%C3%A3o%20Paulo?units=metric',
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ city: 'São Paulo', units: 'metric' })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a payment API with a bearer token: the verified body goes on', async () => {
    const body = '{"amount":1250,"currency":"EUR"}'
    const charged = await call({ method: 'POST', path: '/proxy/payments/v1/charges', body })
    expect(charged.status).toBe(201)
    const charge = (await charged.json()) as { id: string }
    expect(charge).toMatchObject({ amount: 1250, currency: 'EUR', refunded: false })
    const path = `/proxy/payments/v1/charges/${charge.id}`
    expect(await (await call({ method: 'GET', path })).json()).toEqual(charge)
    const refunded = await call({ method: 'POST', path: `${path}/refunds`, body: '{}' })
    expect(await refunded.json()).toEqual({ ...charge, refunded: true })
  })

  test('the upstream gets its own secret, and nothing that says or proves which install calls', async () => {
    const response = await call({
      method: 'GET',
      path: '/proxy/weather/v1/forecast/Porto?units=metric',
    })
    const { received } = (await response.json()) as {
      received: { request: string; headers: object }
    }
    expect(received.request).toBe('GET /v1/forecast/Porto?units=metric&appid=(the right one)')
    expect(Object.keys(received.headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'accept-language',
      'user-agent',
      'via',
    ])
  })

  test('the second answer is a kept one', async () => {
    const forecast = { method: 'GET', path: '/proxy/weather/v1/forecast/Braga' }
    // Each of the emulator's instances keeps its own.
    for (let asked = 1; asked <= 10; asked += 1) {
      const { headers } = await call(forecast)
      if (headers.get('age') === null) continue
      expect(headers.get('cache-status')).toMatch(/^latchkey; hit; ttl=\d+$/)
      return
    }
    throw new Error('none was kept')
  })

  test('T21: without attestation there is not even a kept answer', async () => {
    const what = { method: 'GET', path: '/proxy/weather/v1/forecast/Faro' }
    expect((await call(what)).status).toBe(200)
    const { url, method, headers } = await app.sign(credential, what)
    const answer = await fetch(url, { method, headers: { ...headers, 'X-Firebase-AppCheck': '' } })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'attestation_failed' })
  })

  test('events come one after the other', async () => {
    const response = await call({ method: 'GET', path: '/proxy/weather/v1/alerts' })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect((await response.text()).match(/^data: /gm)).toHaveLength(3)
  })

  test('nothing but what is declared', async () => {
    const code = async (what: CallToSign) =>
      ((await (await call(what)).json()) as { code: string }).code
    const GET = (path: string) => code({ method: 'GET', path: `/proxy${path}` })
    expect(await GET('/weather/v1/admin')).toBe('not_found')
    expect(await GET('/nobody/v1/forecast/x')).toBe('not_found')
    expect(await GET('/weather/v1/forecast/x?appid=mine')).toBe('invalid_request')
    expect(await code({ method: 'DELETE', path: '/proxy/payments/v1/charges/ch_1' })).toBe(
      'method_not_allowed',
    )
  })
})

test('T23: what the upstreams are called with is in no line of any log', () => {
  const { logFile, upstreamSecrets } = running()
  const log = readFileSync(logFile, 'utf8')
  expect(log).toContain('/api/proxy/weather/')
  for (const secret of upstreamSecrets) {
    expect(secret.length).toBeGreaterThan(20)
    expect(log).not.toContain(secret)
  }
})
