import { startDatabase, rowOf, type TestDatabase } from '../harness/database.ts'
import { startInstance } from '../harness/instance.ts'
import type { Key } from '../harness/key.ts'
import { send, type Received } from '../harness/send.ts'
import { reasonsSeenBy } from './harness/reasons.ts'
import vectors from '../../vectors/variants.json'

// Each case of the vectors over a real socket to a whole service of its own, at the time that it names.

/** What a case may have; TypeScript sees in the JSON only what its neighbours have. */
interface Variant {
  readonly title: string
  readonly target?: string
  readonly headers?: Readonly<Record<string, string | null>>
  readonly moreHeaders?: readonly (readonly [string, string])[]
  readonly bodyHex?: string
  readonly serverSeconds?: number
  readonly record?: Readonly<Record<string, unknown>> | null
  readonly isRepeated?: boolean
}
interface Refused extends Variant {
  readonly code: string
  readonly status: number
  readonly reason: string
  readonly serverTime?: string
}
const ACCEPTED = vectors.accepted as unknown as readonly Variant[]
const REFUSED = vectors.refused as unknown as readonly Refused[]
const SETTINGS = { masterSecrets: JSON.stringify(vectors.masterSecrets) }

const { good, credential } = vectors
const KEY: Key = {
  ...credential,
  secret: Buffer.from(credential.hmacSecretHex, 'hex'),
  uid: 'uid-of-the-vectors',
  slot: 'SlotOfTheVectors012345',
}

let database: TestDatabase
beforeAll(async () => (database = await startDatabase()))
afterAll(() => database.close())

/** The answer, and the reason that the service has logged for it. */
async function attempt(variant: Variant) {
  const { record = {}, serverSeconds = vectors.serverSeconds, isRepeated = false } = variant
  database.clock.ms = serverSeconds * 1000
  const row = record && { ...rowOf(KEY, database.clock), ...record }
  database.seed('installs', { [KEY.keyId]: row })
  database.seed('nonces', null)
  const instance = await startInstance(database, SETTINGS)
  if (isRepeated) await sendVariant(instance.port, { title: 'first' })
  const answer = await sendVariant(instance.port, variant)
  await instance.close()
  const last = instance.events.findLast(({ event }) => event === 'refused')
  return { answer, reason: (last as { reason?: string } | undefined)?.reason }
}

function sendVariant(port: number, variant: Variant): Promise<Received> {
  const body = Buffer.from(variant.bodyHex ?? good.bodyHex, 'hex')
  const headers = Object.entries<string | null>({ ...good.headers, ...variant.headers })
  const lines: (readonly [name: string, value: string])[] = [
    ['Host', 'localhost'],
    ['Content-Length', String(body.length)],
    ...headers.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
    ...(variant.moreHeaders ?? []),
  ]
  const target = variant.target ?? good.target
  return send(port, { method: good.method, target, body, headers: lines.flat() })
}

test.each(ACCEPTED)('accepted: $title', async (variant) => {
  const { json } = (await attempt(variant)).answer
  // The handler's own word, behind the guard: there is no such account.
  expect(json['code']).toBe('login_rejected')
})

test.each(REFUSED)('refused: $title', async (variant) => {
  const { answer, reason } = await attempt(variant)
  const { status, headers, json } = answer
  expect({ code: json['code'], status, reason }).toEqual({
    code: variant.code,
    status: variant.status,
    reason: variant.reason,
  })
  expect(headers['server-time']).toBe(variant.serverTime)
})

test('every reason for which the protocol refuses a request has its case', () => {
  const reasons = new Set(REFUSED.map(({ reason }) => reason))
  expect([...reasons].sort()).toEqual(reasonsSeenBy('vectors'))
})
