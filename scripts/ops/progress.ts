import { SingleBar } from 'cli-progress'

/** How far a command has come, for somebody who sits in front of it. */
export interface Bar {
  /** `total` where it is known. */
  at(done: number, total?: number): void
  stop(): void
}

/** Draws on stderr, and only on a terminal: a log has no use for it. */
export function startBar(what: string): Bar {
  if (!process.stderr.isTTY) return { at: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    format: `${what} {bar} {value} {rate}/s {left}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  })
  const startedAt = performance.now()
  bar.start(0, 0, { rate: '0', left: '' })
  return {
    at: (done, total) => {
      const rate = done / ((performance.now() - startedAt) / 1000)
      const left = total === undefined ? '' : `${Math.ceil((total - done) / rate)} s left`
      bar.setTotal(total ?? done)
      bar.update(done, { rate: rate.toFixed(0), left })
    },
    stop: () => bar.stop(),
  }
}
