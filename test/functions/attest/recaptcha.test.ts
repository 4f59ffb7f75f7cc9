import { makeRecaptcha } from '../../../functions/src/attest/recaptcha.ts'
import { BROKEN, json, startProvider, type FakeProvider } from './harness/provider.ts'

const TOKEN = 'x'.repeat(500)
const VERDICT = { success: true, score: 0.7, action: 'register', hostname: 'app.example.com' }

let google: FakeProvider
beforeEach(async () => {
  google = await startProvider(json(VERDICT))
})
afterEach(() => google.close())

const recaptcha = () =>
  makeRecaptcha({
    url: google.url,
    secret: 'the secret',
    hosts: new Set(['app.example.com']),
    scoreMin: 70,
  })
async function attest(token: string, by = recaptcha()) {
  const request = { headers: {}, apiKey: undefined, action: 'register', once: false }
  const verdict = await by.attest(token, request, 0)
  return 'redeem' in verdict ? verdict.redeem() : verdict
}

test('a visitor with the least score passes; Google is asked once, with the secret in the body', async () => {
  expect(await attest(TOKEN)).toEqual({
    provider: 'recaptcha',
    appId: 'app.example.com',
    level: 'visitor',
  })
  expect(google.asked).toEqual([`secret=the+secret&response=${TOKEN}`])
})

const fault = (...codes: string[]) => ({ success: false, 'error-codes': codes })
test.each([
  ['too low a score', { ...VERDICT, score: 0.69 }, 'score'],
  ['a score that is none', { ...VERDICT, score: 'high' }, 'unreachable'],
  ['no score, as of v2', { ...VERDICT, score: undefined }, 'unreachable'],
  ['another action', { ...VERDICT, action: 'login' }, 'action'],
  ['no action', { ...VERDICT, action: undefined }, 'action'],
  ['another host', { ...VERDICT, hostname: 'evil.example' }, 'host'],
  ['a host below', { ...VERDICT, hostname: 'app.example.com.evil.example' }, 'host'],
  ['no host', { ...VERDICT, hostname: undefined }, 'host'],
  ['a token of nobody', fault('invalid-input-response'), 'rejected'],
  ['a token that was used', fault('timeout-or-duplicate'), 'rejected'],
  // Our own fault decides nothing about the visitor.
  ['a wrong secret', fault('invalid-input-secret'), 'unreachable'],
  ['no reason', { success: false }, 'unreachable'],
  ['success in words', { ...VERDICT, success: 'true' }, 'unreachable'],
])('%s is refused', async (_what, verdict, refused) => {
  google.answer = json(verdict)
  expect(await attest(TOKEN)).toEqual({ refused })
})

test.each(Object.entries(BROKEN))('nobody passes when the answer is %s', async (_what, answer) => {
  google.answer = answer
  expect(await attest(TOKEN)).toEqual({ refused: 'unreachable' })
})

test('nobody passes when there is none in time', async () => {
  google.answer = () => undefined
  const startedAt = performance.now()
  expect(await attest(TOKEN)).toEqual({ refused: 'unreachable' })
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

test('what is no token is not asked about', async () => {
  for (const token of ['', 'short', `${TOKEN}.`, `${TOKEN}&secret=x`, 'x'.repeat(4097)]) {
    expect(await attest(token)).toEqual({ refused: 'malformed' })
  }
  expect(google.asked).toEqual([])
})

test('a flood of made-up tokens is fifty questions at once, and no more', async () => {
  const waiting: (() => void)[] = []
  google.answer = (res) =>
    waiting.push(() => res.end(JSON.stringify(fault('invalid-input-response'))))
  const by = recaptcha()
  const flood = Array.from({ length: 200 }, () => attest(TOKEN, by))
  while (waiting.length < 50) await new Promise(setImmediate)
  for (const answer of waiting) answer()
  const verdicts = await Promise.all(flood)
  expect(google.asked.length).toBe(50)
  expect(
    verdicts.filter((verdict) => 'refused' in verdict && verdict.refused === 'rejected').length,
  ).toBe(50)
  // And afterwards it is asked again.
  google.answer = json(VERDICT)
  expect(await attest(TOKEN, by)).toHaveProperty('level')
})
