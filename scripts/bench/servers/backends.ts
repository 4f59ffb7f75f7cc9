import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startRtdb } from '../../../rtdb/src/index.ts'
import { benchInstalls } from './installs.ts'

// What the service talks to, in one process: the database with its rules and an install record for each
// key, and a stand-in for Firebase Auth that knows everybody (the Auth emulator takes ten seconds to
// start, and its own cost is not what is measured).

const NAMESPACE = 'demo-latchkey-default-rtdb'

const database = await startRtdb({
  rules: readFileSync('database.rules.json', 'utf8'),
  namespace: [NAMESPACE],
})
database.import(NAMESPACE, { installs: installRecords(Date.now()) })

/** Old enough to be ordinary, used today: nothing is due to be written. */
function installRecords(now: number): Record<string, unknown> {
  return Object.fromEntries(
    benchInstalls().map(({ keyId }, i) => [
      keyId,
      {
        uid: `uid-${i}`,
        slot: keyId.slice(0, 22),
        status: 'active',
        scopes: { accounts: true, 'proxy:bench': true },
        createdAt: now - 3_600_000,
        lastUsedAt: now,
        masterVersion: 1,
      },
    ]),
  )
}

const auth = createServer((req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    const { localId } = JSON.parse(Buffer.concat(chunks).toString()) as { localId: string[] }
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify({ users: localId.map((uid) => ({ localId: uid })) }))
  })
})
await new Promise<void>((listening) => auth.listen(0, '127.0.0.1', listening))

process.on('message', (message) => {
  if (message === 'reset') database.resetOperations(NAMESPACE)
  if (message === 'operations') process.send!(database.operations(NAMESPACE))
})
process.send!({
  databaseHost: `127.0.0.1:${database.port}`,
  databaseUrl: `${database.url}?ns=${NAMESPACE}`,
  namespace: NAMESPACE,
  authHost: `127.0.0.1:${(auth.address() as AddressInfo).port}`,
})
