import { setTimeout as sleep } from 'node:timers/promises'
import { NAMESPACE, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startFaultProxy, type Fault, type FaultProxy } from '../harness/faultProxy.ts'
import { keyOf } from '../harness/key.ts'
import { runOps } from '../../scripts/ops/harness.ts'
import { startServerProcess, type ServerProcess } from './harness/serverProcess.ts'

// Threat T9, as it is deployed: two server processes, the operator's command as a third, and between the
// second server and the database a line that breaks. The 60 s are those of the server's clock.

jest.setTimeout(60_000)

const KEY = keyOf(0)
const BYSTANDER = keyOf(1)
const TTL_MS = 60_000

let database: TestDatabase
let proxies: FaultProxy[]
let servers: ServerProcess[]

beforeEach(async () => {
  const realTime = {
    get ms() {
      return Date.now()
    },
  }
  database = await startDatabase({ installs: 2, clock: realTime })
  proxies = await Promise.all([1, 2].map(() => startFaultProxy(database.rtdb.port)))
  servers = await Promise.all(proxies.map(({ host }) => startServerProcess(host)))
  for (const server of servers) {
    for (const key of [KEY, BYSTANDER]) expect(await server.outcome(key)).toBe('accepted')
  }
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await Promise.all(proxies.map((proxy) => proxy.close()))
  await database.close()
})

async function operator(...args: string[]): Promise<void> {
  const url = `${database.rtdb.url}?ns=${NAMESPACE}`
  const { code, stderr } = await runOps(['--database-url', url, ...args])
  expect([code, stderr]).toEqual([0, ''])
}

/** How long it takes until the server gives this answer, in ms. */
async function untilOutcome(server: ServerProcess, expected: string): Promise<number> {
  const startedAt = performance.now()
  while ((await server.outcome(KEY)) !== expected) {
    if (performance.now() - startedAt > 10_000) throw new Error(`never ${expected}`)
    await sleep(5)
  }
  return performance.now() - startedAt
}

/** What an operator can do, what the apps see, and whether it can be taken back. */
const DEEDS = [
  ['revoke', 'key_revoked'],
  ['suspend', 'key_suspended'],
  ['rotate', 'key_superseded'],
] as const

test.each(DEEDS)(
  '%s: both warm servers know within a second, and no other key is hit',
  async (action, code) => {
    await operator('keys', action, KEY.keyId)
    for (const server of servers) expect(await untilOutcome(server, code)).toBeLessThan(1000)
    for (const server of servers) expect(await server.outcome(BYSTANDER)).toBe('accepted')
  },
)

test('resume: both warm servers know within a second', async () => {
  await operator('keys', 'suspend', KEY.keyId)
  for (const server of servers) await untilOutcome(server, 'key_suspended')
  await operator('keys', 'resume', KEY.keyId)
  for (const server of servers) expect(await untilOutcome(server, 'accepted')).toBeLessThan(1000)
})

const FAULTS: readonly Fault[] = ['refused', 'silent', 'half open']

describe.each(FAULTS)('with its line to the database %s', (fault) => {
  test.each(DEEDS)(
    '%s: a server believes its memory for 60 s and no longer',
    async (action, code) => {
      const [near, cutOff] = servers as [ServerProcess, ServerProcess]
      await proxies[1]!.inflict(fault)
      await operator('keys', action, KEY.keyId)
      expect(await untilOutcome(near, code)).toBeLessThan(1000)
      await cutOff.setAhead(TTL_MS)
      // Of a database that it cannot ask it knows nothing; one that it can dial anew tells it.
      expect(await cutOff.outcome(KEY)).not.toBe('accepted')
      await proxies[1]!.inflict('none')
      await untilOutcome(cutOff, code)
    },
  )
})

test('cut off, a server lifts no suspension by itself, and lifts it when it hears of it', async () => {
  const [near, cutOff] = servers as [ServerProcess, ServerProcess]
  await operator('keys', 'suspend', KEY.keyId)
  for (const server of servers) await untilOutcome(server, 'key_suspended')
  await proxies[1]!.inflict('refused')
  await operator('keys', 'resume', KEY.keyId)
  expect(await untilOutcome(near, 'accepted')).toBeLessThan(1000)
  expect(await cutOff.outcome(KEY)).toBe('key_suspended')
  await cutOff.setAhead(TTL_MS)
  expect(await cutOff.outcome(KEY)).toBe('unavailable')
  await proxies[1]!.inflict('none')
  await untilOutcome(cutOff, 'accepted')
})
