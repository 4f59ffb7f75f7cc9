/**
 * Verification alone, in process: what does checking one signed request cost beyond its cryptography?
 *
 *   npx tsx scripts/bench/verify.ts [--rounds 15] [--json]
 *
 * Every row verifies the same pool of requests. The rows take turns within each round, in alternating
 * order, so that a slow moment of the machine hits all of them. The figure is CPU time of the process,
 * the median of the rounds.
 */
import { createHash, createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { parseArgs } from 'node:util'
import { verifySignature } from 'http-message-sig'
import { createVerifier, httpbis } from 'http-message-signatures'
import type { SignedRequest } from '../../protocol/src/index.ts'
import {
  formatApiKey,
  freshness,
  macInput,
  parseApiKey,
  parseSignedRequest,
  parseTarget,
  pickSignedHeaders,
  signRequest,
} from '../../protocol/src/index.ts'

const POOL = 1000
const SLICE_MS = 40
const ORIGIN = 'https://api.example.com'
const NOW = Math.floor(Date.now() / 1000)
const REQUIRED_PARAMS = ['created', 'nonce', 'keyid', 'alg', 'tag']
const REQUIRED_FIELDS = ['@method', '@path', '@query', 'x-api-key']

/** What a warm server keeps of an install. */
interface Install {
  readonly apiKeyMac: string
  readonly secret: KeyObject
}

/** One request in the form that each row wants, made beforehand: only verification is measured. */
interface Prepared {
  readonly method: string
  readonly url: string
  readonly rawHeaders: string[]
  readonly headers: Record<string, string>
  readonly fields: { name: string; value: string }[]
  readonly body: Buffer | null
  readonly base: string
  readonly macText: string
  readonly secret: KeyObject
  readonly digest: string | null
}

type Row = (request: Prepared) => boolean | Promise<boolean>

const installs = new Map<string, Install>()
const installOf = (keyId: string) => installs.get(keyId)!
const sha256Text = (body: Buffer) => createHash('sha256').update(body).digest('base64')

async function prepare(method: string, url: string, bodyBytes: number): Promise<Prepared> {
  const keyId = randomBytes(16).toString('hex')
  const secretBytes = randomBytes(32)
  const secret = createSecretKey(secretBytes)
  const mac = createHmac('sha256', 'api key').update(macInput(1, keyId)).digest('hex').slice(0, 32)
  installs.set(keyId, { apiKeyMac: mac, secret })
  const body = bodyBytes === 0 ? null : randomBytes(bodyBytes)
  const sha256 = body && createHash('sha256').update(body).digest()
  let base = ''
  const signed = await signRequest(
    {
      method,
      target: url,
      apiKey: formatApiKey({ masterVersion: 1, keyId, mac }),
      created: NOW,
      nonce: randomBytes(16).toString('base64url'),
      ...(sha256 && { body: { contentType: 'application/json', sha256 } }),
    },
    (text) =>
      createHmac('sha256', secretBytes)
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
    ...(body && { 'Content-Length': String(body.length) }),
  }
  // As the HTTP parser gives them: flat strings of their own, names in lower case in the object.
  const flat = (text: string) => Buffer.from(text, 'latin1').toString('latin1')
  const entries = Object.entries(headers).map(([name, value]) => [flat(name), flat(value)] as const)
  return {
    method,
    url,
    rawHeaders: entries.flat(),
    headers: Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value])),
    fields: entries.map(([name, value]) => ({ name, value })),
    body,
    base: flat(base),
    macText: flat(signed['Signature']!.slice(4, -1)),
    secret,
    digest: body && sha256Text(body),
  }
}

/** The cryptography that no verifier can do without. */
function floor({ base, macText, secret, body, digest }: Prepared): boolean {
  const mac = createHmac('sha256', secret).update(base).digest()
  if (!timingSafeEqual(mac, Buffer.from(macText, 'base64'))) return false
  return body === null || sha256Text(body) === digest
}

/** All that the guard does from the raw request to the verified one, with the install in its cache. */
function latchkey({ method, url, rawHeaders, body }: Prepared): boolean {
  const target = parseTarget(url)
  const headers = pickSignedHeaders(rawHeaders)
  if (target === null || typeof headers === 'string') return false
  const apiKey = parseApiKey(headers.apiKey)
  const install = apiKey && installs.get(apiKey.keyId)
  if (!apiKey || !install) return false
  if (!isEqual(apiKey.mac, install.apiKeyMac)) return false
  const request = parseSignedRequest({ method, target, headers, apiKey, hasBody: body !== null })
  if (typeof request === 'string' || !isMacRight(request, install.secret)) return false
  const { created, expires } = request
  if (freshness({ created, expires, nowSeconds: NOW }) !== 'fresh') return false
  return body === null || sha256Text(body) === request.contentDigest
}

/** Compared as text: base64 has one accepted text per MAC, and no buffer is made for either side. */
function isMacRight({ base, mac }: SignedRequest, secret: KeyObject): boolean {
  return isEqual(createHmac('sha256', secret).update(base).digest('base64'), mac)
}

const SIDES = [32, 44].map((length) => [Buffer.alloc(length), Buffer.alloc(length)] as const)

/** Constant-time comparison of two ASCII texts of 32 or 44 characters. */
function isEqual(a: string, b: string): boolean {
  const [left, right] = SIDES[a.length === 32 ? 0 : 1]!
  if (a.length !== left.length || b.length !== left.length) return false
  left.write(a, 'latin1')
  right.write(b, 'latin1')
  return timingSafeEqual(left, right)
}

const OTHER_KEY = createSecretKey(randomBytes(32))

/** A key whose MAC is wrong: found before anything else of the request is read. */
function forgedKey({ rawHeaders }: Prepared): boolean {
  const headers = pickSignedHeaders(rawHeaders)
  if (typeof headers === 'string') return false
  const apiKey = parseApiKey(headers.apiKey)!
  const mac = createHmac('sha256', OTHER_KEY).update(macInput(1, apiKey.keyId)).digest('hex')
  return !isEqual(apiKey.mac, mac.slice(0, 32))
}

const isDigestRight = ({ body, headers }: Prepared) =>
  body === null || headers['content-digest'] === `sha-256=:${sha256Text(body)}:`

async function messageSignatures(request: Prepared): Promise<boolean> {
  const verified = await httpbis.verifyMessage(
    {
      keyLookup: ({ keyid }) => {
        const verify = createVerifier(installOf(keyid!).secret, 'hmac-sha256')
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
  await verifySignature(
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
          const { secret } = installOf(parameters.keyid!)
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

const CASES = [
  { title: 'GET', method: 'GET', url: '/api/installs/current', bodyBytes: 0 },
  { title: 'POST of 256 bytes', method: 'POST', url: '/api/login?from=app', bodyBytes: 256 },
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

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

async function run(pool: readonly Prepared[], rounds: number): Promise<Record<string, number>> {
  const times = Object.entries(ROWS).map(([name, row]) => ({ name, row, ns: [] as number[] }))
  for (const { row } of times) for (let i = 0; i < 8; i += 1) await measure(row, pool) // warm-up
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? times : [...times].reverse()
    for (const { row, ns } of order) ns.push(await measure(row, pool))
  }
  return Object.fromEntries(times.map(({ name, ns }) => [name, median(ns)]))
}

function printTable(title: string, medians: Record<string, number>): void {
  console.log(
    `\n${title}`.padEnd(28),
    'µs'.padStart(8),
    'x floor'.padStart(9),
    'x ours'.padStart(8),
  )
  for (const [name, ns] of Object.entries(medians)) {
    const cells = [ns / 1000, ns / medians['floor']!, ns / medians['latchkey']!]
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
  for (const { title, method, url, bodyBytes } of CASES) {
    const requests = Array.from({ length: POOL }, () => prepare(method, url, bodyBytes))
    results[title] = await run(await Promise.all(requests), Number(values.rounds))
    if (!values.json) printTable(title, results[title])
  }
  if (values.json) console.log(JSON.stringify({ unit: 'ns', results }, null, 2))
}

void main()
