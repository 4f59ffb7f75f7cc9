import type { Log, LogEvent } from './log.ts'

type Refused = Extract<LogEvent, { event: 'refused' | 'observed' }>

/** Lines written one by one in a window; the rest are counted. */
const LINES_PER_WINDOW = 10
const WINDOW_MS = 10_000

/**
 * Logs refusals so that a flood of them costs nothing: the first few of a window whole, and of all
 * others one line of counts when the window is over.
 */
export function makeRefusalLog(log: Log): (refused: Refused, nowMs: number) => void {
  let windowStart = Number.NEGATIVE_INFINITY
  let lines = 0
  let counts = new Map<string, number>()

  const flush = (): void => {
    if (counts.size === 0) return
    log({ event: 'refusals', counts: Object.fromEntries(counts) })
    counts = new Map()
  }

  return (refused, nowMs) => {
    if (nowMs - windowStart >= WINDOW_MS) {
      flush()
      windowStart = nowMs
      lines = 0
    }
    lines += 1
    if (lines <= LINES_PER_WINDOW) return log(refused)
    if (counts.size === 0) setTimeout(flush, WINDOW_MS).unref()
    const name = `${refused.code}/${refused.reason}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
}
