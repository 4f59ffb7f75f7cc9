import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startRtdb } from '../../../../rtdb/src/index.ts'

// A database with the project's rules. `hold <n>` replaces all data by so many installs, of which every tenth
// was last used more than 90 days ago; `ahead <ms>` sets the clock ahead.

const NAMESPACE = 'demo-latchkey-default-rtdb'
const DAY_MS = 86_400_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let aheadMs = 0
const database = await startRtdb({
  rules: readFileSync('database.rules.json', 'utf8'),
  namespace: [NAMESPACE],
  now: () => Date.now() + aheadMs,
})

const COMMANDS: Readonly<Record<string, (value: number) => unknown>> = {
  hold: async (count) => {
    database.import(NAMESPACE, { installs: Object.fromEntries(rows(count, Date.now())) })
    await askEachIndex()
    // What was only needed to make them does not weigh on what is measured.
    collect()
    return count
  },
  ahead: (ms) => (aheadMs = ms),
  reset: () => {
    database.resetOperations(NAMESPACE)
    return null
  },
  operations: () => database.operations(NAMESPACE),
  count: () => {
    const { installs } = database.export(NAMESPACE) as { installs: object }
    return Object.keys(installs).length
  },
}

process.on('message', (message: string) => {
  const [name = '', value] = message.split(' ')
  if (name in COMMANDS) {
    void Promise.resolve(COMMANDS[name]!(Number(value))).then((answer) => process.send!(answer))
  }
})
process.send!(`${database.url}?ns=${NAMESPACE}`)

function* rows(count: number, now: number): Generator<[string, object]> {
  for (let n = 0; n < count; n += 1) {
    const hash = createHash('sha256').update(`install ${n}`).digest()
    const uid = hash.toString('hex').slice(0, 28)
    const slot = hash.toString('base64url').slice(0, 22)
    const part = n / count
    // The idle ones spread as the others do, over the time that such keys have.
    const lastUsedAt = now - Math.round((n % 10 === 0 ? 92 + 30 * part : 60 * part) * DAY_MS)
    const createdAt = lastUsedAt - 30 * DAY_MS
    yield [
      createdAt.toString(16).padStart(12, '0') + `7${hash.toString('hex').slice(40, 59)}`,
      {
        uid,
        slot,
        place: `${uid}/${slot}`,
        status: 'active',
        scopes: { accounts: true },
        createdAt,
        firstUsedAt: createdAt + 1000,
        lastUsedAt,
        masterVersion: 1,
        challengeId: hash.toString('hex').slice(0, 32),
      },
    ]
  }
}

/** The local database makes an index when it is first asked for it; the real one has it always. */
async function askEachIndex(): Promise<void> {
  for (const child of ['pickupBy', 'removeAfter', 'unusedSince', 'lastUsedAt']) {
    const query = `orderBy="${child}"&limitToFirst=1&ns=${NAMESPACE}`
    // Not fetch: it would take a connection that has idled away while the data were made.
    const [answer] = (await once(
      get(`${database.url}/installs.json?${query}`, {
        agent: false,
        headers: { authorization: 'Bearer owner' },
      }),
      'response',
    )) as [IncomingMessage]
    answer.resume()
    if (answer.statusCode !== 200) throw new Error(`the index of ${child}: ${answer.statusCode}`)
  }
}
