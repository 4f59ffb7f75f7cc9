import { createHash } from 'node:crypto'
import { makeApproov } from '../../../functions/src/attest/approov.ts'
import { hs256, jws, OTHER_PAIR, PAIR, rs256 } from './harness/tokens.ts'

const NOW = 1_795_300_000_000
const SECONDS = NOW / 1000
const SECRET = Buffer.alloc(32, 5)
const API_KEY = `lk_v1_${'0'.repeat(32)}_${'a'.repeat(32)}`
const pay = (text: string) => createHash('sha256').update(text).digest('base64')

const HEADER = { alg: 'HS256', typ: 'JWT' }
const CLAIMS = { exp: SECONDS + 300, iss: 'example.approov.io', pay: pay(API_KEY) }
const shared = makeApproov({ algorithm: 'HS256', secret: SECRET })
const signed = makeApproov({ algorithm: 'RS256', publicKey: PAIR.publicKey })

const attest = (token: string, apiKey: string | undefined = API_KEY, by = shared) =>
  by.attest(token, { headers: {}, apiKey, action: 'x', once: false }, NOW)

const GOOD = { provider: 'approov', appId: 'example.approov.io', level: 'app' }

test('a token of either algorithm is that of a genuine app', () => {
  expect(attest(jws(HEADER, CLAIMS, hs256(SECRET)))).toEqual(GOOD)
  const asymmetric = jws({ ...HEADER, alg: 'RS256' }, CLAIMS, rs256())
  expect(attest(asymmetric, API_KEY, signed)).toEqual(GOOD)
})

const claims = (changes: object) => jws(HEADER, { ...CLAIMS, ...changes }, hs256(SECRET))
const publicPem = PAIR.publicKey.export({ type: 'spki', format: 'pem' }) as string
test.each([
  ['bound to another key', claims({ pay: pay(`${API_KEY}0`) }), 'other_key'],
  ['bound to the key itself, not its hash', claims({ pay: API_KEY }), 'other_key'],
  ['bound to nothing', claims({ pay: undefined }), 'other_key'],
  ['at its end', claims({ exp: SECONDS }), 'expired'],
  ['without an end', claims({ exp: undefined }), 'expired'],
  ['to come', claims({ nbf: SECONDS + 61 }), 'not_yet_valid'],
  ['of another secret', jws(HEADER, CLAIMS, hs256(Buffer.alloc(32, 6))), 'signature_wrong'],
  [
    'of a shorter MAC',
    jws(HEADER, CLAIMS, (text) => hs256(SECRET)(text).subarray(0, 16)),
    'signature_wrong',
  ],
  ['of no algorithm', jws({ ...HEADER, alg: 'none' }, CLAIMS, hs256(SECRET)), 'algorithm'],
  ['of RS256', jws({ ...HEADER, alg: 'RS256' }, CLAIMS, rs256()), 'algorithm'],
  ['that is none', 'approov', 'malformed'],
])('a token %s is refused', (_what, token, refused) => {
  expect(attest(token)).toEqual({ refused })
})

test('an account of RS256 takes no HS256 under its public key, and no other RSA key', () => {
  expect(attest(jws(HEADER, CLAIMS, hs256(publicPem)), API_KEY, signed)).toEqual({
    refused: 'algorithm',
  })
  const lying = jws({ ...HEADER, alg: 'RS256' }, CLAIMS, hs256(publicPem))
  const foreign = jws({ ...HEADER, alg: 'RS256' }, CLAIMS, rs256(OTHER_PAIR.privateKey))
  for (const token of [lying, foreign]) {
    expect(attest(token, API_KEY, signed)).toEqual({ refused: 'signature_wrong' })
  }
})

test('on an open route there is no key to be bound to', () => {
  const open = { headers: {}, apiKey: undefined, action: 'x', once: false }
  expect(shared.attest(claims({ pay: undefined }), open, NOW)).toEqual(GOOD)
})
