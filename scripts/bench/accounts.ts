import { fork, type ChildProcess } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { formatApiKey, signRequest } from '../../protocol/src/index.ts'
import { startRtdb } from '../../rtdb/src/index.ts'
import { makeKeyring } from '../../functions/src/installs/keyring.ts'

const usage = `Measures how much a flood of logins slows GET /api/installs/current at the same instance.
Database and instance share one process here, so the flood's database work counts, too. Run it on an idle
machine: hashing competes for the cores with whatever else runs.

Usage: npx tsx scripts/bench/accounts.ts [--seconds 5] [--logins 40] [--json]

  --seconds <n>   length of each of the four phases: quiet and flooded, in turns
  --logins <n>    logins under way at any moment`

const NAMESPACE = 'demo-latchkey-default-rtdb'
/** One every 20 ms: what is measured is how long a request waits, not how many there could be. */
const EVERY_MS = 20

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    logins: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
// The flood comes from a process of its own: this one has enough to do with answering it.
const FLOOD = 'LATCHKEY_BENCH_FLOOD'
const floodOf = process.env[FLOOD]
if (floodOf !== undefined) await flood(JSON.parse(floodOf) as Flood)
else if (values.help) console.log(usage)
else await main(Number(values.seconds), Number(values.logins), values.json)

interface Flood {
  readonly port: number
  readonly masterSecrets: string
  readonly logins: number
}

async function main(seconds: number, logins: number, json: boolean): Promise<void> {
  const masterSecrets = JSON.stringify({ 1: randomBytes(32).toString('base64url') })
  const { port, close } = await startService(masterSecrets)
  const ms: Record<'quiet' | 'flooded', number[]> = { quiet: [], flooded: [] }
  await measure(port, masterSecrets, 1, [])
  for (const phase of ['quiet', 'flooded', 'quiet', 'flooded'] as const) {
    const data: Flood = { port, masterSecrets, logins }
    const flooding = phase === 'flooded' ? await startFlood(data) : undefined
    await measure(port, masterSecrets, seconds, ms[phase])
    flooding?.kill()
  }
  await close()
  print(ms, json)
}

/** Settles when its first logins have been answered. */
async function startFlood(data: Flood): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.url), {
    execArgv: ['--import', import.meta.resolve('tsx')],
    env: { ...process.env, [FLOOD]: JSON.stringify(data) },
  })
  await new Promise((resolve) => child.once('message', resolve))
  return child
}

/** One instance on a database of its own, with every limit out of the way but that on passwords. */
async function startService(masterSecrets: string) {
  const rtdb = await startRtdb({
    rules: readFileSync('database.rules.json', 'utf8'),
    namespace: [NAMESPACE],
  })
  const installs = Object.fromEntries(
    Array.from({ length: 2000 }, (_, n) => [keyIdOf(n), rowOf(n)] as const),
  )
  rtdb.import(NAMESPACE, { installs })
  Object.assign(process.env, {
    FIREBASE_DATABASE_EMULATOR_HOST: `127.0.0.1:${rtdb.port}`,
    GCLOUD_PROJECT: 'demo-latchkey',
    DATABASE_URL: `${rtdb.url}?ns=${NAMESPACE}`,
    MASTER_SECRETS: masterSecrets,
    SMS_SECRET: 'unused',
    SMS_COUNTRIES: 'DE',
    REQUESTS_PER_MINUTE_PER_INSTALL: '1000000',
  })
  const { readConfig } = await import('../../functions/src/config.ts')
  const { buildService } = await import('../../functions/src/service.ts')
  const service = buildService(readConfig(), { log: () => undefined, now: Date.now })
  const server = createServer((req, res) => void service.handle(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await service.close()
      server.closeAllConnections()
      server.close()
      await rtdb.close()
    },
  }
}

/** How long each request takes from the moment it was due. */
async function measure(port: number, masterSecrets: string, seconds: number, into: number[]) {
  const sign = signerOf(masterSecrets)
  const startedAt = performance.now()
  const pending: Promise<void>[] = []
  for (let n = 0; n * EVERY_MS < seconds * 1000; n += 1) {
    const dueAt = startedAt + n * EVERY_MS
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())))
    pending.push(
      (async () => {
        const path = '/installs/current'
        const headers = await sign(0, 'GET', path)
        const answer = await fetch(`http://127.0.0.1:${port}/api${path}`, { headers })
        await answer.arrayBuffer()
        if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status}`)
        into.push(performance.now() - dueAt)
      })(),
    )
  }
  await Promise.all(pending)
}

/** Logs in without end, each time with another key and number, since each has a limit of its own. */
async function flood({ port, masterSecrets, logins }: Flood): Promise<void> {
  const sign = signerOf(masterSecrets)
  let sent = 0
  let answered = 0
  const one = async (): Promise<void> => {
    for (;;) {
      const n = sent++
      const phone = `+4915${String(112_000_000 + n)}`
      const body = JSON.stringify({ phone, password: 'of the flood' })
      const headers = await sign(1 + (n % 1999), 'POST', '/login', body)
      const init = { method: 'POST', headers, body }
      const answer = await fetch(`http://127.0.0.1:${port}/api/login`, init)
      await answer.arrayBuffer()
      // A full line says so at once: like an app, come back a little later.
      if (answer.status === 503) await new Promise((resolve) => setTimeout(resolve, 100))
      if (++answered === 20) process.send?.('under way')
    }
  }
  await Promise.all(Array.from({ length: logins }, one))
}

function signerOf(masterSecrets: string) {
  const keyring = makeKeyring(masterSecrets)
  return (n: number, method: string, target: string, body?: string) => {
    const keyId = keyIdOf(n)
    return signRequest(
      {
        method,
        target,
        apiKey: formatApiKey({ masterVersion: 1, keyId, mac: keyring.apiKeyMac(1, keyId) }),
        created: Math.floor(Date.now() / 1000),
        nonce: randomBytes(16).toString('base64url'),
        ...(body !== undefined && {
          body: {
            contentType: 'application/json',
            sha256: createHash('sha256').update(body).digest(),
          },
        }),
      },
      (text) => createHmac('sha256', keyring.hmacSecret(1, keyId)).update(text).digest(),
    )
  }
}

function keyIdOf(n: number): string {
  return n.toString(16).padStart(32, '0')
}

function rowOf(n: number) {
  const slot = 'A'.repeat(22)
  const at = Date.now()
  const times = { createdAt: at - 1, lastUsedAt: at }
  return {
    ...{ uid: `uid-${n}`, slot, place: `uid-${n}/${slot}`, status: 'active' },
    ...{ scopes: { accounts: true }, masterVersion: 1, ...times },
  }
}

function print(ms: Readonly<Record<'quiet' | 'flooded', number[]>>, json: boolean): void {
  const at = (phase: 'quiet' | 'flooded', part: number) =>
    [...ms[phase]].sort((a, b) => a - b)[Math.floor(part * (ms[phase].length - 1))]!
  const rows = [0.5, 0.9, 0.99].map((part) => {
    const [quiet, flooded] = [at('quiet', part), at('flooded', part)]
    return { percentile: part * 100, quiet, flooded, ratio: flooded / quiet }
  })
  if (json) return console.log(JSON.stringify({ unit: 'ms', rows }))
  console.log('GET /api/installs/current   quiet ms   flooded ms   ratio')
  for (const { percentile, quiet, flooded, ratio } of rows) {
    const cells = [quiet.toFixed(1).padStart(10), flooded.toFixed(1).padStart(12)]
    console.log(`  p${percentile}`.padEnd(26), ...cells, ratio.toFixed(2).padStart(7))
  }
}
