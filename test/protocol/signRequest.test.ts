import { createHash, createHmac } from 'node:crypto'
import type { RequestToSign } from '../../protocol/src/index.ts'
import { parseHmacSecret, signRequest } from '../../protocol/src/index.ts'
import steps from '../vectors/signed-requests.json'
import vectors from '../vectors/signatures.json'

const secret = parseHmacSecret(vectors.hmacSecret)!
const sha256 = (body: string) => createHash('sha256').update(body).digest()

describe(vectors.title, () => {
  test.each(vectors.requests)('$title', async (vector) => {
    const { apiKey } = vectors
    const { method, target, created, expires, nonce, body, contentType, extra } = vector
    const bases: string[] = []
    const headers = await signRequest(
      {
        ...{ method, target, apiKey, created, expires, nonce },
        ...(body === undefined ? {} : { body: { contentType, sha256: sha256(body) } }),
        ...(extra === undefined ? {} : { extra }),
      },
      (text) => {
        bases.push(text)
        return createHmac('sha256', secret).update(text).digest()
      },
    )
    expect(bases.map((base) => base.split('\n'))).toEqual([vector.signatureBase])
    expect(headers).toEqual(vector.headers)
  })
})

test.each(steps.requests)('by the steps of the vector: $title', async (vector) => {
  const { method, target, created, nonce, bodyHex, contentType } = vector
  const { apiKey, hmacSecretHex } = steps.credential
  const headers = await signRequest(
    {
      ...{ method, target, apiKey, created, nonce },
      ...(bodyHex !== undefined && {
        body: { contentType, sha256: createHash('sha256').update(bodyHex, 'hex').digest() },
      }),
    },
    (text) => createHmac('sha256', Buffer.from(hmacSecretHex, 'hex')).update(text).digest(),
  )
  expect(headers).toEqual(vector.headers)
})

const GOOD: RequestToSign = {
  method: 'POST',
  target: '/api/login',
  apiKey: vectors.apiKey,
  created: 1_795_300_000,
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  body: { contentType: 'application/json', sha256: sha256('{}') },
}

test('an HMAC that answers later gives the same headers', async () => {
  const hmac = (text: string) => createHmac('sha256', secret).update(text).digest()
  const later = (text: string) => Promise.resolve(hmac(text))
  expect(await signRequest(GOOD, later)).toEqual(await signRequest(GOOD, hmac))
})

test.each<[string, Partial<RequestToSign>]>([
  ['a lower-case method', { method: 'post' }],
  ['a method with a line feed', { method: 'POST\n"@path": /' }],
  ['an absolute URL', { target: 'https://example.com/api/login' }],
  ['a target with a fragment', { target: '/api/login#a' }],
  ['a malformed API key', { apiKey: 'lk_v1_' }],
  ['a fraction of a second', { created: 1_795_300_000.5 }],
  ['milliseconds', { created: 1_795_300_000_000 }],
  ['a short nonce', { nonce: 'AAECAwQFBgcICQo' }],
  ['a nonce of padded base64', { nonce: 'AAECAwQFBgcICQoLDA0ODw==' }],
  ['an upper-case label', { label: 'LK' }],
  ['a digest of 20 bytes', { body: { contentType: 'a/b', sha256: new Uint8Array(20) } }],
  ['a content type with a line feed', { body: { contentType: 'a/b\n', sha256: sha256('') } }],
  ['an upper-case extra name', { extra: { 'Idempotency-Key': 'a' } }],
  ['an extra value with a line feed', { extra: { 'idempotency-key': 'a\nb' } }],
  ['an extra header that is always covered', { extra: { 'x-api-key': 'a' } }],
])('%s is a TypeError before the HMAC is asked for', async (_, change) => {
  const hmac = jest.fn()
  await expect(signRequest({ ...GOOD, ...change }, hmac)).rejects.toThrow(TypeError)
  expect(hmac).not.toHaveBeenCalled()
})
