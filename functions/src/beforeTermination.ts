import { setTimeout as sleep } from 'node:timers/promises'

/** Cloud Run gives an instance 10 s from SIGTERM to its end. */
const WORK_MS_MAX = 8000

/**
 * Does a last piece of work when this instance is told to end. The functions framework ends the process
 * at once in a listener of its own: here it waits for the work.
 */
export function beforeTermination(work: () => Promise<void>): void {
  const others = process.listeners('SIGTERM')
  process.removeAllListeners('SIGTERM')
  process.once('SIGTERM', () => {
    const ended = Promise.race([work(), sleep(WORK_MS_MAX, undefined, { ref: false })])
    void ended.finally(() => {
      for (const listener of others) process.on('SIGTERM', listener)
      process.kill(process.pid, 'SIGTERM')
    })
  })
}
