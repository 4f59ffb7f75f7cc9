import { initializeApp } from 'firebase-admin/app'
import { getDatabase } from 'firebase-admin/database'
import { inFlight } from '../inFlight.ts'
import { connectWire } from '../wire.ts'

/** What a number of writes has taken, on the client's side. */
export interface Written {
  readonly seconds: number
  /** Microseconds of this process. */
  readonly cpu: number
}

/**
 * Writes small values, pipelined, with the Admin SDK (`sdk`) or by hand (`wire`), whenever it is told how many.
 * Arguments: which of both, and the server's URL.
 */
const [kind, url = ''] = process.argv.slice(2)
const write = kind === 'sdk' ? sdkWriter() : await wireWriter()
process.on('message', (message: string) => {
  if (/^\d+$/.test(message)) void measure(Number(message))
})
process.send!('ready')

async function measure(count: number): Promise<void> {
  const [from, used] = [performance.now(), process.cpuUsage()]
  await inFlight(count, (i) => write(`sets/k${i % 1000}`, { n: i, at: 1795300000000 + i }))
  const { user, system } = process.cpuUsage(used)
  const seconds = (performance.now() - from) / 1000
  process.send!({ seconds, cpu: user + system } satisfies Written)
}

type Write = (path: string, value: object) => Promise<void>

function sdkWriter(): Write {
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = new URL(url).host
  const app = initializeApp({
    projectId: 'demo',
    databaseURL: 'https://demo.firebaseio.com',
    databaseAuthVariableOverride: { uid: 'writer' },
  })
  const database = getDatabase(app)
  return (path, value) => database.ref(path).set(value)
}

async function wireWriter(): Promise<Write> {
  const wire = await connectWire(url)
  await wire.request('gauth', { cred: 'owner', authvar: { uid: 'writer' } })
  return (path, value) => wire.request('p', { p: `/${path}`, d: value })
}
