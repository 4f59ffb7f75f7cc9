/**
 * Verification alone, in process: what does checking one signed request cost beyond its cryptography?
 *
 *   npx tsx scripts/bench/verify.ts [--rounds 15] [--json]
 *
 * Every row verifies the same pool of requests. The rows take turns within each round, in alternating
 * order, so that a slow moment of the machine hits all of them. The figure is CPU time of the process,
 * the 25th percentile of the rounds.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'
import { parseArgs } from 'node:util'
import { verifySignature as verifyMessageSig } from 'http-message-sig'
import { createVerifier, httpbis } from 'http-message-signatures'
import { makeKeyMaterial } from '../../functions/src/guard/keyMaterial.ts'
import { verifySignature } from '../../functions/src/guard/verifySignature.ts'
import { makeKeyring } from '../../functions/src/installs/keyring.ts'
import { freshness, parseTarget, signRequest } from '../../protocol/src/index.ts'
import { percentile } from './percentile.ts'
import {
  benchInstalls,
  benchSecrets,
  MASTER_SECRETS,
  type BenchInstall,
} from './servers/installs.ts'

const POOL = 1000
const SLICE_MS = 40
const ORIGIN = 'https://api.example.com'
const NOW = Math.floor(Date.now() / 1000)
const REQUIRED_PARAMS = ['created', 'nonce', 'keyid', 'alg', 'tag']
const REQUIRED_FIELDS = ['@method', '@path', '@query', 'x-api-key']
const NO_BODY = Buffer.alloc(0)

/** One request in the form that each row wants, made beforehand: only verification is measured. */
interface Prepared {
  readonly method: string
  readonly url: string
  readonly rawHeaders: string[]
  /** The same with an API key whose MAC is made up. */
  readonly forgedHeaders: string[]
  readonly headers: Record<string, string>
  readonly fields: { name: string; value: string }[]
  /** Empty when there is none. */
  readonly body: Buffer
  readonly base: string
  readonly macText: string
  readonly secret: KeyObject
  readonly digest: string
}

type Row = (request: Prepared) => boolean | Promise<boolean>

const installs = benchInstalls().slice(0, POOL)
const secrets = benchSecrets(POOL)
const material = makeKeyMaterial(makeKeyring(MASTER_SECRETS), POOL)

const sha256Text = (body: Buffer) => createHash('sha256').update(body).digest('base64')

async function prepare(
  { keyId, apiKey, secret }: BenchInstall,
  { method, url, bodyBytes }: Case,
): Promise<Prepared> {
  const body = bodyBytes === 0 ? NO_BODY : randomBytes(bodyBytes)
  const sha256 = createHash('sha256').update(body).digest()
  let base = ''
  const signed = await signRequest(
    {
      method,
      target: url,
      apiKey,
      created: NOW,
      nonce: randomBytes(16).toString('base64url'),
      ...(bodyBytes > 0 && { body: { contentType: 'application/json', sha256 } }),
    },
    (text) =>
      createHmac('sha256', secret)
        .update((base = text))
        .digest(),
  )
  const headers: Record<string, string> = {
    Host: 'api.example.com',
    'User-Agent': 'ExampleApp/4.2 (iPhone; iOS 18.1)',
    Accept: '*/*',
    'Accept-Encoding': 'gzip, deflate, br',
    'Accept-Language': 'en-GB',
    Connection: 'keep-alive',
    ...signed,
    ...(bodyBytes > 0 && { 'Content-Length': String(bodyBytes) }),
  }
  const entries = Object.entries(headers).map(([name, value]) => [flat(name), flat(value)] as const)
  const forgedKey = `lk_v1_${randomBytes(16).toString('hex')}_${randomBytes(16).toString('hex')}`
  return {
    method,
    url,
    rawHeaders: entries.flat(),
    forgedHeaders: entries.flatMap(([name, value]) => [name, value === apiKey ? forgedKey : value]),
    headers: Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value])),
    fields: entries.map(([name, value]) => ({ name, value })),
    body,
    base: flat(base),
    macText: flat(signed['Signature']!.slice(4, -1)),
    secret: secrets.get(keyId)!,
    digest: sha256Text(body),
  }
}

/** As the HTTP parser gives them: flat strings of their own. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')

/** The cryptography that no verifier can do without. */
function floor({ base, macText, secret, body, digest }: Prepared): boolean {
  const mac = createHmac('sha256', secret).update(base).digest()
  if (!timingSafeEqual(mac, Buffer.from(macText, 'base64'))) return false
  return body.length === 0 || sha256Text(body) === digest
}

/** All that the guard does from the raw request to the verified one, with the key's secret at hand. */
function latchkey({ method, url, rawHeaders, body }: Prepared): boolean {
  const target = parseTarget(url)
  if (target === null) return false
  const verified = verifySignature({ method, target, rawHeaders, body }, material)
  if ('refusal' in verified) return false
  const { created, expires } = verified
  return freshness({ created, expires, nowSeconds: NOW }) === 'fresh'
}

/** A key of the right form that we have not issued: found before anything else of the request is read. */
function forgedKey({ method, url, forgedHeaders, body }: Prepared): boolean {
  const target = parseTarget(url)!
  const call = { method, target, rawHeaders: forgedHeaders, body }
  const verified = verifySignature(call, material)
  return 'refusal' in verified && verified.refusal === 'api_key_forged'
}

const isDigestRight = ({ body, headers }: Prepared) =>
  body.length === 0 || headers['content-digest'] === `sha-256=:${sha256Text(body)}:`

async function messageSignatures(request: Prepared): Promise<boolean> {
  const verified = await httpbis.verifyMessage(
    {
      keyLookup: ({ keyid }) => {
        const verify = createVerifier(secrets.get(keyid!)!, 'hmac-sha256')
        return Promise.resolve({ id: keyid!, algs: ['hmac-sha256'], verify })
      },
      maxAge: 300,
      tolerance: 30,
      notAfter: NOW + 30,
      requiredParams: REQUIRED_PARAMS,
      requiredFields: REQUIRED_FIELDS,
    },
    { method: request.method, url: ORIGIN + request.url, headers: request.headers },
  )
  return verified === true && isDigestRight(request)
}

async function messageSig(request: Prepared): Promise<boolean> {
  await verifyMessageSig(
    {
      kind: 'request',
      method: request.method,
      targetUri: ORIGIN + request.url,
      fields: request.fields,
    },
    {
      policy: {
        algorithms: ['hmac-sha256'],
        requiredComponents: REQUIRED_FIELDS,
        requiredParameters: REQUIRED_PARAMS,
        maxAge: 300,
        clockSkew: 30,
        now: NOW,
      },
      resolveVerifier: ({ parameters }) => ({
        algorithm: 'hmac-sha256',
        verify: (base, mac) => {
          const secret = secrets.get(parameters.keyid!)!
          return timingSafeEqual(createHmac('sha256', secret).update(base).digest(), mac)
        },
      }),
    },
  )
  return isDigestRight(request)
}

const ROWS: Readonly<Record<string, Row>> = {
  floor,
  latchkey,
  'latchkey, forged key': forgedKey,
  'http-message-signatures': messageSignatures,
  'http-message-sig': messageSig,
}

interface Case {
  readonly title: string
  readonly method: string
  readonly url: string
  readonly bodyBytes: number
}

const CASES: readonly Case[] = [
  { title: 'GET', method: 'GET', url: '/api/installs/current', bodyBytes: 0 },
  { title: 'POST', method: 'POST', url: '/api/login?from=app', bodyBytes: 256 },
]

/** Nanoseconds of CPU time per verification over one slice of time. */
async function measure(row: Row, pool: readonly Prepared[]): Promise<number> {
  const end = performance.now() + SLICE_MS
  const before = process.cpuUsage()
  let count = 0
  do {
    for (let i = 0; i < 100; i += 1) {
      const verdict = row(pool[count++ % pool.length]!)
      // Awaiting a plain boolean would charge the synchronous rows for a turn of the event loop.
      if ((typeof verdict === 'boolean' ? verdict : await verdict) !== true) {
        throw new Error('a row refused a valid request')
      }
    }
  } while (performance.now() < end)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / count
}

async function run(pool: readonly Prepared[], rounds: number): Promise<Record<string, number>> {
  const times = Object.entries(ROWS).map(([name, row]) => ({ name, row, ns: [] as number[] }))
  for (const { row } of times) for (let i = 0; i < 8; i += 1) await measure(row, pool) // warm-up
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? times : [...times].reverse()
    for (const { row, ns } of order) ns.push(await measure(row, pool))
  }
  return Object.fromEntries(times.map(({ name, ns }) => [name, percentile(ns, 0.25)]))
}

function printTable(title: string, figures: Record<string, number>): void {
  console.log(
    `\n${title}`.padEnd(28),
    'µs'.padStart(8),
    'x floor'.padStart(9),
    'x ours'.padStart(8),
  )
  for (const [name, ns] of Object.entries(figures)) {
    const cells = [ns / 1000, ns / figures['floor']!, ns / figures['latchkey']!]
    console.log(
      `  ${name}`.padEnd(27),
      ...cells.map((cell, i) => cell.toFixed(2).padStart([8, 9, 8][i]!)),
    )
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean' } },
  })
  const results: Record<string, Record<string, number>> = {}
  for (const one of CASES) {
    const pool = await Promise.all(installs.map((install) => prepare(install, one)))
    results[one.title] = await run(pool, Number(values.rounds))
    if (!values.json) printTable(one.title, results[one.title]!)
  }
  if (values.json) console.log(JSON.stringify({ unit: 'ns', results }))
}

void main()
