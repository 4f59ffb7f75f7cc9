import fc from 'fast-check'
import type { AnswerHeaders } from '../../../functions/src/gateway/passedHeaders.ts'
import { cachedOrigin, textOf, type Origin } from './harness/fakeOrigin.ts'

// Threat T21: whatever A sends and whatever an upstream says about its answers, nothing of A's reaches B.

/** About a second per 10,000 runs. */
const RUNS = 100_000

jest.setTimeout(300_000)

const INSTALLS = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)] as const

/** Everything an upstream may say of its answer that bears on keeping it. */
const ANSWER_HEADERS: readonly AnswerHeaders[] = [
  { 'cache-control': 'max-age=60' },
  { 'cache-control': 'public, max-age=60, s-maxage=600' },
  { 'cache-control': 'public, max-age=60', vary: 'accept-language' },
  { 'cache-control': 'max-age=1', etag: '"1"' },
  { 'cache-control': 'max-age=60', 'set-cookie': ['a=1'] },
  { 'cache-control': 'private, max-age=60' },
  { 'cache-control': 'no-store' },
  { 'cache-control': 'max-age=60', vary: '*' },
  { expires: 'Fri, 31 Dec 2077 00:00:00 GMT', etag: '"1"' },
  {},
]

const step = fc.record({
  who: fc.nat(2),
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST'),
  target: fc.constantFrom('/a', '/b', '/a?q=1'),
  /** Two values, so that installs choose the same ones; some hold a line's end of the key. */
  language: fc.constantFrom(undefined, 'de', 'fr'),
  status: fc.constantFrom(200, 200, 200, 404, 500),
  headers: fc.constantFrom(...ANSWER_HEADERS),
  wish: fc.constantFrom(undefined, undefined, 'no-cache', 'max-stale', 'no-store'),
  afterMs: fc.constantFrom(0, 500, 61_000),
})

/**
 * Runs a schedule. The origin puts into each answer who asked, which a real one could tell from what
 * it is sent, and what was asked for. Every answer must speak of the asker's own call.
 */
async function holds(
  rule: 'install' | 'public',
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  const clock = { ms: 1_795_300_020_000 }
  let now: (typeof steps)[number]
  const markOf = (who: number, target: string, language: string | undefined) =>
    `<${rule === 'public' ? 'anybody' : INSTALLS[who]!}|${target}|${language ?? ''}>`
  const origin: Origin = ({ target }, ask) => {
    // Good for ever, as a careless or malicious upstream says.
    if (ask.length > 0 && now.status === 200) return { status: 304, headers: now.headers }
    return { status: now.status, headers: now.headers, body: markOf(now.who, target, now.language) }
  }
  const cached = cachedOrigin({ for: rule, ttlSecondsMax: 600 }, origin, clock, {
    requestHeaders: ['accept-language'],
    bytesMax: 4000,
  })
  for (now of steps) {
    const { who, method, target, language, wish } = now
    const chosen = language === undefined ? [] : ['accept-language', language]
    const headers = wish === undefined ? {} : { 'cache-control': wish }
    const caller = { requestId: 'r', keyId: INSTALLS[who]!, headers }
    const answer = await cached.callCached(cached.call({ method, target, chosen }), caller)
    const text = textOf(answer.content)
    if (text !== markOf(who, target, language)) {
      throw new Error(`${markOf(who, target, language)} was answered ${text}`)
    }
    clock.ms += now.afterMs
  }
}

const schedule = fc.array(step, { minLength: 2, maxLength: 6 })

test(`no byte of A’s marker in B’s answers, ${RUNS} runs`, async () => {
  await fc.assert(
    fc.asyncProperty(schedule, fc.constantFrom('install', 'public'), (steps, rule) =>
      holds(rule, steps),
    ),
    { numRuns: RUNS },
  )
})

test('and the test would notice: with one key for all installs it fails', async () => {
  const clock = { ms: 1_795_300_020_000 }
  let asker = 'A'
  const origin: Origin = () => ({ headers: { 'cache-control': 'max-age=60' }, body: asker })
  const { callCached, call } = cachedOrigin({ for: 'public', ttlSecondsMax: 600 }, origin, clock)
  await callCached(call(), { requestId: 'r', keyId: INSTALLS[0], headers: {} })
  asker = 'B'
  const leaked = await callCached(call(), { requestId: 'r', keyId: INSTALLS[1], headers: {} })
  expect(textOf(leaked.content)).toBe('A')
})
