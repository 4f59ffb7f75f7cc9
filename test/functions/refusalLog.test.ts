import type { LogEvent } from '../../functions/src/log.ts'
import { makeRefusalLog } from '../../functions/src/refusalLog.ts'

beforeEach(() => jest.useFakeTimers({ now: 1_795_300_000_000 }))
afterEach(() => jest.useRealTimers())

function setUp() {
  const lines: LogEvent[] = []
  const logRefusal = makeRefusalLog((line) => lines.push(line))
  let requests = 0
  const refuse = (reason = 'signature_wrong'): void => {
    const requestId = String(requests++)
    const code = 'invalid_credentials'
    logRefusal({ event: 'refused', requestId, route: '/api/x', code, reason }, Date.now())
  }
  return { lines, refuse }
}

const countOf = (lines: readonly LogEvent[]): number =>
  lines.reduce((sum, line) => {
    if (line.event === 'refused') return sum + 1
    if (line.event !== 'refusals') return sum
    return Object.values(line.counts).reduce((counted, count) => counted + count, sum)
  }, 0)

test('a few refusals are logged one by one', () => {
  const { lines, refuse } = setUp()
  for (let time = 0; time < 10; time += 1) refuse()
  jest.advanceTimersByTime(60_000)
  expect(lines.map(({ event }) => event)).toEqual(Array.from({ length: 10 }, () => 'refused'))
})

test('the rest of a window is one line that counts them by code and reason', () => {
  const { lines, refuse } = setUp()
  for (let time = 0; time < 110; time += 1) refuse(time % 2 === 0 ? 'stale' : 'signature_wrong')
  expect(lines).toHaveLength(10)
  jest.advanceTimersByTime(10_000)
  expect(lines.slice(10)).toEqual([
    {
      event: 'refusals',
      counts: { 'invalid_credentials/stale': 50, 'invalid_credentials/signature_wrong': 50 },
    },
  ])
})

test('a flood of any length gives bounded lines, and loses none of its requests from the counts', () => {
  const { lines, refuse } = setUp()
  const SECONDS = 60
  for (let second = 0; second < SECONDS; second += 1) {
    for (let time = 0; time < 1000; time += 1) refuse()
    jest.advanceTimersByTime(1000)
  }
  jest.advanceTimersByTime(60_000)
  // Ten whole ones and at most two of counts (the window's end and the timer) in each of 6 windows.
  expect(lines.length).toBeLessThanOrEqual((SECONDS / 10) * 12)
  expect(countOf(lines)).toBe(SECONDS * 1000)
})

test('what was counted last is written though no further request comes', () => {
  const { lines, refuse } = setUp()
  for (let time = 0; time < 11; time += 1) refuse()
  expect(countOf(lines)).toBe(10)
  jest.advanceTimersByTime(10_000)
  expect(countOf(lines)).toBe(11)
  expect(jest.getTimerCount()).toBe(0)
})
