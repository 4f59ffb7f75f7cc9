import { createHash } from 'node:crypto'
import { signRequest } from '../../protocol/src/index.ts'
import type { Received } from './receiver.ts'
import { hmacOf, issueApiKey, NOW, receive } from './receiver.ts'

const REQUESTS = 200
const MUTANTS_EACH = 520
const EXTRA = ['idempotency-key']

type Random = (below: number) => number

/** mulberry32: a failing run can be repeated from its seed. */
function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!
const hex = (random: Random, length: number) =>
  Array.from({ length }, () => random(16).toString(16)).join('')

/** Valid requests of all shapes: methods, paths, queries, bodies, labels, expiry, extras. */
async function validRequest(random: Random, index: number): Promise<Received> {
  const keyId = hex(random, 32)
  const hasBody = index % 2 === 0
  const method = hasBody ? pick(random, ['POST', 'PUT', 'PATCH']) : pick(random, ['GET', 'DELETE'])
  const path = pick(random, ['/api/installs/current', '/api/login', '/proxy/w/v1/K%C3%B6ln'])
  const url = path + pick(random, ['', '?a=b', `?q=${hex(random, 8)}&days=2`])
  const body = hasBody ? JSON.stringify({ phone: '+4915112345678', otp: hex(random, 8) }) : ''
  const headers = await signRequest(
    {
      method,
      target: url,
      apiKey: issueApiKey(keyId, 1 + random(20)),
      created: NOW - random(300),
      expires: index % 5 === 0 ? NOW + 60 : undefined,
      nonce: hex(random, 22),
      label: pick(random, ['lk', 'sig1', '*a.b-c_d']),
      ...(hasBody && {
        body: {
          contentType: pick(random, ['application/json', 'application/json; charset=utf-8']),
          sha256: createHash('sha256').update(body).digest(),
        },
      }),
      ...(index % 3 === 0 && { extra: { 'idempotency-key': hex(random, 8) } }),
    },
    hmacOf(keyId),
  )
  const rawHeaders = ['Host', 'example.com', ...Object.entries(headers).flat(), 'Accept', '*/*']
  return { method, url, rawHeaders, body }
}

/** One character replaced, inserted, removed, doubled, exchanged with its neighbour, or in other case. */
function mutateText(random: Random, text: string): string {
  const at = random(text.length)
  const [head, own, tail] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)]
  const characters = '09azAZ+/=_-.:;,()"\\ \t?&%@\u00e9'
  switch (random(7)) {
    case 0:
      return head + pick(random, [...characters]) + tail
    case 1:
      return head + pick(random, [...characters]) + own + tail
    case 2:
      return head + tail
    case 3:
      return head + own + own + tail
    case 4:
      return head + tail.charAt(0) + own + tail.slice(1)
    case 5:
      return head + (own === own.toLowerCase() ? own.toUpperCase() : own.toLowerCase()) + tail
    default:
      return head + String.fromCharCode(own.charCodeAt(0) ^ (1 << random(7))) + tail
  }
}

const isCovered = (name: string) => !['Host', 'Accept'].includes(name)
const placesOfValues = ({ rawHeaders }: Received) =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 && isCovered(name) ? [at + 1] : []))
const withHeaders = (request: Received, change: (list: string[]) => void): Received => {
  const rawHeaders = [...request.rawHeaders]
  change(rawHeaders)
  return { ...request, rawHeaders }
}

/** What an observer may do to a captured request; `other` is a second one it has captured. */
const ATTACKS: ((random: Random, request: Received, other: Received) => Received)[] = [
  (random, request) => ({
    ...request,
    method: pick(random, ['GET', 'POST', 'PUT', 'DELETE', 'get']),
  }),
  (random, request) => ({ ...request, url: mutateText(random, request.url) }),
  (_, request, other) => ({ ...request, url: other.url }),
  (random, request) => ({
    ...request,
    url: request.url + pick(random, ['/', '?', '&a=1', '#', '/.']),
  }),
  (random, request) => ({ ...request, body: mutateText(random, request.body || '{}') }),
  (_, request, other) => ({ ...request, body: other.body }),
  (random, request) => {
    const at = pick(random, placesOfValues(request))
    return withHeaders(request, (list) => (list[at] = mutateText(random, list[at]!)))
  },
  (random, request, other) => {
    const at = pick(random, placesOfValues(request))
    const from = other.rawHeaders.indexOf(request.rawHeaders[at - 1]!)
    return withHeaders(request, (list) => (list[at] = other.rawHeaders[from + 1]!))
  },
  (random, request) => {
    const at = pick(random, placesOfValues(request))
    return withHeaders(request, (list) => list.splice(at - 1, 2))
  },
  (random, request, other) => {
    const name = request.rawHeaders[pick(random, placesOfValues(request)) - 1]!
    const from = pick(random, [request, other]).rawHeaders
    const again = [name, from[from.indexOf(name) + 1]!]
    return withHeaders(request, (list) => list.splice(2 * random(list.length / 2), 0, ...again))
  },
  (random, request) => {
    const at = request.rawHeaders.indexOf('Signature-Input') + 1
    const parts = request.rawHeaders[at]!.split(pick(random, [';', ' ', '"']))
    const cut = parts.splice(random(parts.length), 1)
    parts.splice(random(parts.length + 1), 0, ...(random(2) ? cut : []))
    return withHeaders(request, (list) => (list[at] = parts.join(pick(random, [';', ' ', '"']))))
  },
]

/** Attacks that gave back the same request, or changed only headers that no one checks. */
function isSame(one: Received, other: Received): boolean {
  const covered = ({ rawHeaders }: Received) =>
    rawHeaders.filter((_, at) => isCovered(rawHeaders[at - (at % 2)]!))
  return (
    one.method === other.method &&
    one.url === other.url &&
    one.body === other.body &&
    covered(one).join('\n') === covered(other).join('\n')
  )
}

test('T7: of 104,000 mutants of 200 valid requests none is accepted', async () => {
  const random = randomFrom(7)
  const requests: Received[] = []
  for (let i = 0; i < REQUESTS; i += 1) requests.push(await validRequest(random, i))
  expect(new Set(requests.map((request) => receive(request, EXTRA)))).toEqual(new Set(['accepted']))

  const accepted: { attack: number; mutant: Received }[] = []
  const reasons = new Set<string>()
  let mutants = 0
  for (const request of requests) {
    for (let left = MUTANTS_EACH; left > 0;) {
      const attack = random(ATTACKS.length)
      const mutant = ATTACKS[attack]!(random, request, pick(random, requests))
      if (isSame(mutant, request)) continue
      const outcome = receive(mutant, EXTRA)
      if (outcome === 'accepted') accepted.push({ attack, mutant })
      reasons.add(outcome)
      left -= 1
      mutants += 1
    }
  }
  expect(accepted).toEqual([])
  expect(mutants).toBe(REQUESTS * MUTANTS_EACH)
  // The mutants reached every step of the verification, not only the first.
  const steps = ['target_malformed', 'header_duplicated', 'api_key_forged', 'components_incomplete']
  expect([...reasons]).toEqual(
    expect.arrayContaining([...steps, 'signature_wrong', 'digest_wrong']),
  )
}, 60_000)
