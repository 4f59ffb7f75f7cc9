import { startApp } from '../../scripts/demo/app.ts'
import type { Running } from '../../scripts/local/running.ts'
import { mintAppCheck, mintApproov } from '../../scripts/attest/mint.ts'
import { startRegisteredApp, type RegisteredApp } from './harness/registeredApp.ts'
import { running } from './harness/running.ts'
import { dump } from './support/forms.ts'

// The emulators run with enforcement on for resend_otp, where a token is good once, and observe the
// open endpoint.

jest.setTimeout(60_000)

let app: RegisteredApp
beforeAll(async () => {
  app = await startRegisteredApp()
})
afterAll(() => app.close())

let number = 15_112_345_670
/** For another number each time: each has its cooldown. */
const resend = (headers?: Readonly<Record<string, string>>) =>
  app.post('/resend_otp', { phone: `+49${(number += 7)}` }, headers)

test('a genuine app passes, and its token is good once', async () => {
  const header = { 'X-Firebase-AppCheck': await mintAppCheck(running().issuerKeys) }
  expect((await resend(header)).status).toBe(202)
  const again = await resend(header)
  expect(again.status).toBe(401)
  expect(await again.json()).toMatchObject({ code: 'attestation_failed' })
})

test('a script with a key of its own does not', async () => {
  for (const token of [
    '',
    'a.b.c',
    await mintAppCheck(running().issuerKeys, { projectNumber: '1' }),
  ]) {
    const answer = await resend({ 'X-Firebase-AppCheck': token })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'attestation_failed' })
  }
})

test('the local issuer gives tokens over HTTP, for apps in development', async () => {
  const { attestIssuerUrl } = running()
  const token = await (await fetch(`${attestIssuerUrl}/token/app-check`)).text()
  expect((await resend({ 'X-Firebase-AppCheck': token })).status).toBe(202)
})

describe('Approov, an account of RS256', () => {
  /** Another header goes before it: the first provider whose token is there is asked. */
  const forecast = (token: string) => app.getUnattested(FORECAST, { 'Approov-Token': token })
  const FORECAST = '/proxy/weather/v1/forecast/Evora'

  test('a token of the local issuer that is bound to this key passes', async () => {
    const query = new URLSearchParams({ apiKey: app.apiKey, algorithm: 'RS256' })
    const issued = await fetch(`${running().attestIssuerUrl}/token/approov?${query.toString()}`)
    expect((await forecast(await issued.text())).status).toBe(200)
  })

  test('one that is bound to another key, or to none, that is over, or of HS256 does not', async () => {
    const { issuerKeys } = running()
    const { apiKey } = app
    const good = { apiKey, algorithm: 'RS256' } as const
    for (const wish of [
      { ...good, apiKey: undefined },
      { ...good, apiKey: `${apiKey.slice(0, -1)}x` },
      { ...good, now: 1_000_000_000 },
      { ...good, algorithm: 'HS256' },
    ] as const) {
      const answer = await forecast(await mintApproov(issuerKeys, wish))
      expect([wish, answer.status]).toEqual([wish, 401])
      expect(await answer.json()).toMatchObject({ code: 'attestation_failed' })
    }
  })
})

test('an install that was not recognised where that is observed has it in its record', async () => {
  const unattested: Partial<Running> = { ...running() }
  delete unattested.attestIssuerUrl
  const script = await startApp(unattested as Running)
  await script.register()
  const { code } = (await script.read(`${script.slotPath}/otp`)) as { code: string }
  expect((await script.register(code)).status).toBe(200)
  const { keyId } = (await script.read(`${script.slotPath}/credential`)) as { keyId: string }
  expect(await dump(`installs/${keyId}/attestation`)).toMatchObject({
    outcome: 'missing',
    provider: 'none',
  })
  await script.close()
})
