import { describeError, type LogEvent } from '../../functions/src/log.ts'

/** The lines that an event is written as. */
async function linesOf(event: LogEvent): Promise<unknown[]> {
  const lines: string[] = []
  const keep = (...texts: unknown[]): void => void lines.push(texts.join(' '))
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
    jest.spyOn(console, level).mockImplementation(keep),
  )
  try {
    // The logger keeps the console that it finds when it is loaded.
    jest.resetModules()
    const { log } = await import('../../functions/src/log.ts')
    log(event)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return lines.map((line): unknown => JSON.parse(line))
}

const EVENTS: [LogEvent, severity: string][] = [
  [{ event: 'started', masterVersion: 2 }, 'INFO'],
  [{ event: 'issued', requestId: 'r' }, 'INFO'],
  [{ event: 'refusals', counts: { 'invalid_credentials/stale': 3 } }, 'NOTICE'],
  [
    { event: 'refused', requestId: 'r', route: '/api/x', code: 'replayed', reason: 'replayed' },
    'NOTICE',
  ],
  [{ event: 'failed', requestId: 'r', error: { name: 'Error', frames: [] } }, 'ERROR'],
]

test.each(EVENTS)('%j is one structured line of its severity', async (event, severity) => {
  expect(await linesOf(event)).toEqual([{ ...event, severity, message: event.event }])
})

describe('an error in the log', () => {
  test('has its name, code and place, and nothing of its message', () => {
    const error = Object.assign(new TypeError('the secret is hunter2'), { code: 'E_SECRET' })
    const described = describeError(error)
    expect(described).toMatchObject({ name: 'TypeError', code: 'E_SECRET' })
    expect(described.frames[0]).toMatch(/^at .*log\.test\.ts/)
    expect(JSON.stringify(described)).not.toContain('hunter2')
  })
  test('has no line of its message though it looks like a frame', () => {
    const error = new Error('quoted:\n    at hunter2 (secret.ts:1:1)\n  at hunter2')
    expect(JSON.stringify(describeError(error))).not.toContain('hunter2')
    expect(describeError(error).frames.length).toBeGreaterThan(0)
  })
  test('is bounded', () => {
    const deep = (levels: number): Error => (levels === 0 ? new Error() : deep(levels - 1))
    const error = Object.assign(deep(50), { code: 'c'.repeat(1000) })
    expect(describeError(error).frames.length).toBeLessThanOrEqual(8)
    expect(describeError(error).code).toHaveLength(64)
  })
  test('that is none is told by its type alone', () => {
    expect(describeError('hunter2')).toEqual({ name: 'string', frames: [] })
    expect(describeError(undefined)).toEqual({ name: 'undefined', frames: [] })
    expect(describeError({ message: 'hunter2' })).toEqual({ name: 'object', frames: [] })
  })
})
