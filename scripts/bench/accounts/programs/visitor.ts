import { setTimeout as sleep } from 'node:timers/promises'
import { benchInstalls } from '../../servers/installs.ts'
import { makeSender, sign } from './sender.ts'

// Asks for GET /api/installs/current at an even pace and tells how many ms each request took from the
// moment that it was due: a client that waits for one answer before it sends the next would not see a
// server that stands still.

/** What is measured is how long a request waits, not how many there could be. */
const EVERY_MS = 10

const PATH = '/api/installs/current'

const send = makeSender(Number(process.argv[2]))
/** Few, so that the service knows all of them. */
const installs = benchInstalls().slice(0, 10)

async function visit(seconds: number): Promise<number[]> {
  const count = (seconds * 1000) / EVERY_MS
  const calls = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      sign(installs[n % installs.length]!, { method: 'GET', path: PATH }),
    ),
  )
  const startedAt = performance.now()
  const pending: Promise<number>[] = []
  for (const [n, call] of calls.entries()) {
    const dueAt = startedAt + n * EVERY_MS
    await sleep(Math.max(0, dueAt - performance.now()))
    pending.push(timed(dueAt))
    async function timed(from: number): Promise<number> {
      // A timer that fires late is the client's own lateness.
      const sentAt = Math.max(from, performance.now())
      const status = await send(call)
      if (status !== 200) throw new Error(`GET ${PATH}: ${status}`)
      return performance.now() - sentAt
    }
  }
  return Promise.all(pending)
}

process.on('message', (message: string) => {
  // The probe hears other messages.
  if (/^[0-9.]+$/.test(message)) void visit(Number(message)).then((ms) => process.send!(ms))
})
process.send!('ready')
