import { readConfig } from '../../../../functions/src/config.ts'
import { buildService } from '../../../../functions/src/service.ts'
import type { SweepReport } from '../../../../functions/src/sweep/report.ts'

/** What one sweep has taken and done. */
export interface Swept {
  readonly seconds: number
  /** The most that the process had resident meanwhile, in bytes. */
  readonly rss: number
  readonly report: SweepReport
}

// The service's own sweep, as the scheduler runs it, whenever it is told how many ms the clock is ahead.

/** Often enough to see what a batch takes. */
const LOOK_EVERY_MS = 5

let aheadMs = 0
const service = buildService(readConfig(), {
  log: () => undefined,
  now: () => Date.now() + aheadMs,
})

async function measure(): Promise<Swept> {
  let rss = 0
  const look = (): void => void (rss = Math.max(rss, process.memoryUsage.rss()))
  const timer = setInterval(look, LOOK_EVERY_MS)
  const from = performance.now()
  const [report] = await service.sweep()
  const seconds = (performance.now() - from) / 1000
  clearInterval(timer)
  look()
  return { seconds, rss, report: report! }
}

process.on('message', (message: string) => {
  if (!/^\d+$/.test(message)) return
  aheadMs = Number(message)
  void measure().then((swept) => process.send!(swept))
})
process.send!('ready')
