import * as fc from 'fast-check'
import { makeAppCheck } from '../../../functions/src/attest/appCheck.ts'
import type { AttestVerdict } from '../../../functions/src/attest/attestation.ts'
import { makeKeySet } from '../../../functions/src/attest/keySet.ts'
import { json, startProvider, type FakeProvider } from './harness/provider.ts'
import { hs256, jwkOf, jws, OTHER_PAIR, PAIR, rs256 } from './harness/tokens.ts'

const NOW = 1_795_300_000_000
const SECONDS = NOW / 1000
const PROJECT = '123456789012'
const APP = `1:${PROJECT}:android:0123456789abcdef`
const ISSUER = `https://firebaseappcheck.googleapis.com/${PROJECT}`

const HEADER = { alg: 'RS256', typ: 'JWT', kid: 'one' }
const CLAIMS = {
  iss: ISSUER,
  aud: [`projects/${PROJECT}`, 'projects/my-project'],
  sub: APP,
  iat: SECONDS - 60,
  exp: SECONDS + 3600,
  jti: 'token-1',
}
const GOOD = jws(HEADER, CLAIMS, rs256())

let google: FakeProvider
beforeAll(async () => {
  google = await startProvider(json({ keys: [jwkOf(PAIR.publicKey, 'one')] }))
})
afterAll(() => google.close())

const appCheck = (
  consume: (token: string) => Promise<boolean> = () => Promise.reject(new Error()),
) =>
  makeAppCheck({
    keySet: makeKeySet(google.url),
    projectNumber: PROJECT,
    appIds: new Set([APP]),
    consume,
  })
const attest = (token: string, { once = false, nowMs = NOW, by = appCheck() } = {}) =>
  Promise.resolve(by.attest(token, { headers: {}, apiKey: undefined, action: 'x', once }, nowMs))

const reasonOf = (verdict: AttestVerdict): unknown =>
  'refused' in verdict ? verdict.refused : verdict

test('a token of Firebase is that of its app', async () => {
  expect(await attest(GOOD)).toEqual({
    provider: 'app-check',
    appId: APP,
    level: 'app',
    tokenId: 'token-1',
  })
})

test('with a warm key set the verdict is there at once, and nobody is asked', async () => {
  const by = appCheck()
  await attest(GOOD, { by })
  const asked = google.asked.length
  const request = { headers: {}, apiKey: undefined, action: 'x', once: false }
  expect(by.attest(GOOD, request, NOW)).toMatchObject({ appId: APP })
  expect(google.asked.length).toBe(asked)
})

const publicPem = PAIR.publicKey.export({ type: 'spki', format: 'pem' }) as string
const without = (name: keyof typeof CLAIMS) => {
  const rest: Record<string, unknown> = { ...CLAIMS }
  delete rest[name]
  return rest
}
const claims = (changes: object) => jws(HEADER, { ...CLAIMS, ...changes }, rs256())
const header = (changes: object) => jws({ ...HEADER, ...changes }, CLAIMS, rs256())
const [head, payload, signature] = GOOD.split('.') as [string, string, string]

/** Each is the good token with one change. */
const REFUSED: [what: string, token: string, reason: string][] = [
  [
    'HS256 under the public key (algorithm confusion)',
    jws({ ...HEADER, alg: 'HS256' }, CLAIMS, hs256(publicPem)),
    'algorithm',
  ],
  [
    'HS256 under the public key, said to be RS256',
    jws(HEADER, CLAIMS, hs256(publicPem)),
    'signature_wrong',
  ],
  ['no algorithm', jws({ ...HEADER, alg: 'none' }, CLAIMS, rs256()), 'algorithm'],
  [
    'no algorithm, no signature',
    `${jws({ ...HEADER, alg: 'none' }, CLAIMS, () => Buffer.alloc(0))}`,
    'malformed',
  ],
  ['no algorithm in other case', header({ alg: 'nOnE' }), 'algorithm'],
  ['RS512', header({ alg: 'RS512' }), 'algorithm'],
  ['PS256', header({ alg: 'PS256' }), 'algorithm'],
  ['another type', header({ typ: 'at+jwt' }), 'malformed'],
  ['no type', header({ typ: undefined }), 'malformed'],
  ['a critical header', header({ crit: ['exp'], exp: 1 }), 'malformed'],
  [
    'a key of its own',
    header({ kid: 'mine', jwk: jwkOf(OTHER_PAIR.publicKey, 'mine') }),
    'key_unknown',
  ],
  ['no key ID', header({ kid: undefined }), 'key_unknown'],
  ['a key ID that is no text', header({ kid: 1 }), 'key_unknown'],
  ['a key ID of every object', header({ kid: '__proto__' }), 'key_unknown'],
  ['another key', jws(HEADER, CLAIMS, rs256(OTHER_PAIR.privateKey)), 'signature_wrong'],
  ['an issuer of another project', claims({ iss: `${ISSUER}0` }), 'issuer'],
  ['an issuer of a list', claims({ iss: [ISSUER] }), 'issuer'],
  ['an ID token’s issuer', claims({ iss: 'https://securetoken.google.com/my-project' }), 'issuer'],
  ['another audience', claims({ aud: ['projects/1'] }), 'audience'],
  ['an audience of a text', claims({ aud: `projects/${PROJECT}` }), 'audience'],
  ['no audience', jws(HEADER, without('aud'), rs256()), 'audience'],
  ['another app', claims({ sub: `1:${PROJECT}:android:fedcba` }), 'app'],
  ['no app', jws(HEADER, without('sub'), rs256()), 'app'],
  ['the end of its time', claims({ exp: SECONDS }), 'expired'],
  ['no end', jws(HEADER, without('exp'), rs256()), 'expired'],
  ['an end in words', claims({ exp: String(SECONDS + 60) }), 'expired'],
  ['a start to come', claims({ nbf: SECONDS + 61 }), 'not_yet_valid'],
  ['a birth to come', claims({ iat: SECONDS + 61 }), 'not_yet_valid'],
  [
    'a changed payload',
    `${head}.${jws({}, { ...CLAIMS, jti: 'x' }, rs256()).split('.')[1]}.${signature}`,
    'signature_wrong',
  ],
  ['a shorter signature', `${head}.${payload}.${signature.slice(0, -8)}`, 'signature_wrong'],
  ['two signatures', `${GOOD}.${signature}`, 'malformed'],
  ['two tokens', `${GOOD}, ${GOOD}`, 'malformed'],
  ['claims of a list', jws(HEADER, [CLAIMS], rs256()), 'malformed'],
  ['claims of null', jws(HEADER, null, rs256()), 'malformed'],
  ['a payload of 5 kB', claims({ pad: 'x'.repeat(5000) }), 'malformed'],
  ['nothing', '', 'malformed'],
]
test.each(REFUSED)('%s is refused', async (_what, token, reason) => {
  expect(reasonOf(await attest(token))).toBe(reason)
})

test('the clocks may differ by a minute, and a token is good to its last second', async () => {
  expect(await attest(claims({ iat: SECONDS + 60, nbf: SECONDS + 60 }))).toMatchObject({
    appId: APP,
  })
  expect(await attest(claims({ exp: SECONDS + 1 }), { nowMs: NOW + 999 })).toMatchObject({
    appId: APP,
  })
})

test('whatever is sent is refused, and nothing is thrown', async () => {
  const by = appCheck()
  await attest(GOOD, { by })
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(fc.string(), fc.json(), fc.string())
      .map((parts) => parts.map((part) => Buffer.from(part).toString('base64url')).join('.')),
    // One character of the good one is another.
    fc
      .tuple(fc.nat(GOOD.length - 1), fc.constantFrom(...'Aa0-_.='))
      .map(([at, by]) => (GOOD[at] === by ? '' : GOOD.slice(0, at) + by + GOOD.slice(at + 1))),
  )
  await fc.assert(
    fc.asyncProperty(text, async (token) => {
      // The last character of base64url has bits that say nothing.
      if (token.slice(0, -1) === GOOD.slice(0, -1)) return
      expect(await attest(token, { by })).toHaveProperty('refused')
    }),
    { numRuns: 2000 },
  )
})

describe('where a token is good once', () => {
  const redeem = async (by: ReturnType<typeof appCheck>) => {
    const verdict = await attest(GOOD, { once: true, by })
    if (!('redeem' in verdict)) throw new Error('it is good at once')
    return verdict.redeem()
  }

  test('it is used up, and refused when it comes again', async () => {
    const seen = new Set<string>()
    const by = appCheck((token) => Promise.resolve(seen.size !== seen.add(token).size))
    expect(await redeem(by)).toMatchObject({ appId: APP })
    expect(await redeem(by)).toEqual({ refused: 'used' })
  })
  test('nobody passes while Google cannot be asked', async () => {
    expect(await redeem(appCheck())).toEqual({ refused: 'unreachable' })
  })
  test('what is refused anyway is not used up', async () => {
    const consume = jest.fn(() => Promise.resolve(true))
    const verdict = await attest(claims({ exp: SECONDS }), { once: true, by: appCheck(consume) })
    expect(verdict).toEqual({ refused: 'expired' })
    expect(consume).not.toHaveBeenCalled()
  })
})
