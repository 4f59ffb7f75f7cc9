import { connect } from 'node:net'
import { SETTINGS } from '../../functions/src/config.ts'
import {
  NAMESPACE,
  seconds,
  startDatabase,
  type TestDatabase,
} from '../functions/harness/database.ts'
import { startInstance, type Instance } from '../functions/harness/instance.ts'
import { keyOf } from '../functions/harness/key.ts'
import { signed } from '../functions/harness/signed.ts'
import { rowsOf, sectionOf } from './harness/pages.ts'

// The quantities of docs/costs.md that can be measured, in a whole service on the local database.

const [head = [], ...rows] = rowsOf(sectionOf('docs/costs.md', '## What a million costs'))

/** kB for one are GB for a million. */
const billed = (what: string, unit: string): number => {
  const row = rows.find(([cell]) => cell === what)
  return Number(row![head.indexOf(unit)])
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let database: TestDatabase
let instance: Instance
beforeAll(async () => {
  database = await startDatabase()
  instance = await startInstance(database, { usageFlushSeconds: 60 })
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

/** All bytes that come back, headers included. */
async function bytesOf(headers: Readonly<Record<string, string>>): Promise<number> {
  const lines = Object.entries({ Host: 'localhost', ...headers, Connection: 'close' })
  const socket = connect(instance.port, '127.0.0.1')
  socket.write(
    `GET /api/installs/current HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  )
  let bytes = 0
  for await (const part of socket as AsyncIterable<Buffer>) bytes += part.length
  return bytes
}

/** Not less than it is, and not twice as much. */
function expectToCover(kB: number, bytes: number): void {
  expect(bytes / 1000).toBeLessThanOrEqual(kB)
  expect(bytes / 1000).toBeGreaterThan(kB / 2)
}

test('an answer to a signed request is as long as the page says', async () => {
  const { headers } = await signed(keyOf(0), { created: seconds(database.clock) })
  expectToCover(billed('signed requests that read, warm', '`GB out`'), await bytesOf(headers))
})

test('and so is a refusal', async () => {
  expectToCover(billed('refused requests (forged, tampered)', '`GB out`'), await bytesOf({}))
})

test('an install takes as much room as the page says', () => {
  const { installs } = database.rtdb.export(NAMESPACE) as { installs: Record<string, object> }
  const [row] = Object.entries(installs)
  expectToCover(
    billed('registrations of installs', '`GB stored`'),
    Buffer.byteLength(JSON.stringify({ installs: Object.fromEntries([row!]) })),
  )
})

test('and a day of its use, kept for as long as usage is', async () => {
  const morning = (Math.floor(database.clock.ms / DAY_MS) + 1) * DAY_MS + 8 * HOUR_MS
  // At home, on the way and at work; and once an answer was lost, so that the app sent it again.
  for (const hours of [0, 1, 12]) {
    database.clock.ms = morning + hours * HOUR_MS
    const call = await signed(keyOf(0), { created: seconds(database.clock) })
    const from = { 'X-Forwarded-For': `203.0.${hours}.7` }
    const sent = { ...call, headers: { ...call.headers, ...from } }
    expect((await instance.send(sent)).status).toBe(200)
    if (hours === 12) expect((await instance.send(sent)).status).toBe(401)
    await instance.service.flush()
  }
  const { usage } = database.rtdb.export(NAMESPACE) as {
    usage: Record<string, Record<string, object>>
  }
  const bytes = Buffer.byteLength(JSON.stringify(usage[Math.floor(morning / DAY_MS)]))
  const months = Number(SETTINGS.deleteUsageDays.options.default) / 30
  expectToCover(billed('days on which an install is used', '`GB stored`'), bytes * months)
  expectToCover(billed('days on which an install is used', '`GB read`'), bytes)
})
