import { setTimeout as sleep } from 'node:timers/promises'
import { makeSender } from '../../accounts/programs/sender.ts'

// Registers `argv[3]` UIDs from 100 addresses, spread at random over `argv[4]` seconds, whenever it is told
// to, and tells how many answers of each status came; 0 where there was none.

/** Documentation addresses (RFC 2544), as the proxy in front of the function names them. */
const ADDRESSES = 100

const send = makeSender(Number(process.argv[2]))
const count = Number(process.argv[3])
const seconds = Number(process.argv[4])
let floods = 0

async function flood(): Promise<Record<number, number>> {
  const name = `flood-${(floods += 1)}`
  const times = Array.from({ length: count }, () => Math.random() * seconds * 1000).sort(
    (one, other) => one - other,
  )
  const startedAt = performance.now()
  const pending: Promise<number>[] = []
  for (const [n, time] of times.entries()) {
    const early = startedAt + time - performance.now()
    if (early > 0) await sleep(early)
    pending.push(register(n, `${name}-${n}`))
  }
  const counts: Record<number, number> = {}
  for (const status of await Promise.all(pending)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const register = (n: number, uid: string): Promise<number> =>
  send({
    method: 'POST',
    path: '/api/installs',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': `198.18.${n % ADDRESSES}.7`,
    },
    body: JSON.stringify({ deviceId: 'device-0001', uid }),
  }).catch(() => 0)

process.on('message', (message) => {
  if (message === 'flood') void flood().then((counts) => process.send!(counts))
})
process.send!('ready')
