import { createHash, randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { formatApiKey, parseTarget } from '@latchkey/protocol'

import { makeGuard, type Guard } from '../../functions/src/guard/guard.ts'
import { makeInstallCache } from '../../functions/src/guard/installCache.ts'
import { makeKeyMaterial } from '../../functions/src/guard/keyMaterial.ts'
import { makeNonceMemory } from '../../functions/src/guard/nonceMemory.ts'
import { makeRateLimit } from '../../functions/src/http/rateLimit.ts'
import { parseInstall } from '../../functions/src/installs/install.ts'
import { makeKeyring } from '../../functions/src/installs/keyring.ts'
import { signedHeaders } from '../local/signedHeaders.ts'

const usage = `Fills an instance's caches with installs, each by one signed request, and prints what that takes.

Usage: npx tsx scripts/bench/cache.ts [--installs 100000] [--json]`

const { values } = parseArgs({
  options: {
    installs: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(usage)
else await main(Number(values.installs), values.json)

async function main(installs: number, json: boolean): Promise<void> {
  const keyring = makeKeyring(JSON.stringify({ 1: randomBytes(32).toString('base64url') }))
  const cache = makeInstallCache({
    read: (keyId) => Promise.resolve(parseInstall(keyId, rowOf(keyId))),
    liveSince: () => 0,
    max: installs,
    ttlMs: 60_000,
  })
  const guard = makeGuard({
    isRetired: () => false,
    cache,
    material: makeKeyMaterial(keyring, installs),
    nonces: makeNonceMemory(installs),
    durableNonces: { claim: () => Promise.resolve(true) },
    rate: makeRateLimit({ name: 'install', quota: 120, windowSeconds: 60 }, installs),
  })

  const before = await residentMb()
  await fill(guard, keyring, installs)
  const after = await residentMb()
  const took = { installs: cache.size, beforeMb: before, afterMb: after, cachesMb: after - before }
  if (json) console.log(JSON.stringify(took))
  else {
    console.log(`${took.installs} installs, each with its record, secret, rate and one nonce:`)
    console.log(`${took.cachesMb} MB on top of ${before} MB: ${after} MB resident`)
  }
}

/** Every install sends one request and is admitted. */
async function fill(guard: Guard, keyring: ReturnType<typeof makeKeyring>, installs: number) {
  const created = Math.floor(Date.now() / 1000)
  const target = parseTarget('/api/installs/current')!
  for (let n = 0; n < installs; n += 1) {
    const keyId = createHash('sha256').update(String(n)).digest('hex').slice(0, 32)
    const apiKey = formatApiKey({ masterVersion: 1, keyId, mac: keyring.apiKeyMac(1, keyId) })
    const headers = await signedHeaders(
      { apiKey, secret: keyring.hmacSecret(1, keyId) },
      { method: 'GET', path: '/api/installs/current', created },
    )
    const rawHeaders = Object.entries(headers).flat().map(asReceived)
    const call = { method: 'GET', target, rawHeaders, body: Buffer.alloc(0) }
    const verdict = await guard(call, { nonce: 'memory' }, created * 1000)
    if (!verdict.admitted) throw new Error(`refused: ${verdict.reason}`)
    // Before it has grown old: what signing leaves behind is this program's, and would leave holes between
    // the records, 10 to 30 MB of them.
    if (n % 1000 === 0) collectGarbage()
  }
}

/** One flat text, as Node's parser makes it; a concatenated one would be kept in its parts. */
function asReceived(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** A record as the database gives it. */
function rowOf(keyId: string) {
  const slot = asReceived(createHash('sha256').update(keyId).digest('base64url').slice(0, 22))
  const uid = asReceived(keyId.slice(0, 28))
  const now = Date.now()
  const times = { createdAt: now - 1, lastUsedAt: now }
  return { uid, slot, status: 'active', scopes: { accounts: true }, masterVersion: 1, ...times }
}

/** After the garbage is gone; it needs a moment to give memory back to the system. */
async function residentMb(): Promise<number> {
  for (let time = 0; time < 5; time += 1) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return Math.round(process.memoryUsage.rss() / 2 ** 20)
}

/** V8's own collector, without asking for a flag on the command line. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}
