import { createHash } from 'node:crypto'
import type { Refusal, SignedRequest } from '../../protocol/src/index.ts'
import {
  formatContentDigest,
  parseApiKey,
  parseSignedRequest,
  parseTarget,
  signatureBase,
} from '../../protocol/src/index.ts'
import vectors from '../vectors/signatures.json'

const EXTRA = ['idempotency-key']

describe(vectors.title, () => {
  test.each(vectors.requests)('$title', (vector) => {
    const headers = new Map(Object.entries(vector.headers))
    const parsed = parseSignedRequest({
      method: vector.method,
      target: parseTarget(vector.target)!,
      headers: {
        apiKey: headers.get('X-API-Key')!,
        signatureInput: headers.get('Signature-Input')!,
        signature: headers.get('Signature')!,
        contentType: headers.get('Content-Type'),
        contentDigest: headers.get('Content-Digest'),
        extra: new Map(Object.entries(vector.extra ?? {})),
      },
      apiKey: parseApiKey(vectors.apiKey)!,
      hasBody: vector.body !== undefined,
      extraNames: EXTRA,
    }) as SignedRequest
    expect(parsed.base.split('\n')).toEqual(vector.signatureBase)
    expect(parsed).toMatchObject({
      signatureParams: vector.signatureParams,
      created: vector.created,
      expires: vector.expires,
      nonce: vector.nonce,
      keyId: vectors.keyId,
    })
    expect(`lk=:${parsed.mac}:`).toBe(vector.headers.Signature)
    expect(parsed.contentDigest && `sha-256=:${parsed.contentDigest}:`).toBe(
      headers.get('Content-Digest'),
    )
  })
})

const KEY_ID = vectors.keyId
const MAC = createHash('sha256').digest('base64')
const PARAMS = `created=1795300000;nonce="AAECAwQFBgcICQoLDA0ODw";keyid="${KEY_ID}";alg="hmac-sha256";tag="latchkey"`
const ALWAYS = ['@method', '@path', '@query', 'x-api-key']
const WITH_BODY = [...ALWAYS, 'content-type', 'content-digest']

const input = (covered: string[]) => `lk=("${covered.join('" "')}");${PARAMS}`
const withBody = {
  method: 'POST',
  target: { path: '/api/login', query: '?' },
  headers: {
    apiKey: vectors.apiKey,
    signatureInput: input(WITH_BODY),
    signature: `lk=:${MAC}:`,
    contentType: 'application/json',
    contentDigest: formatContentDigest(createHash('sha256').update('{}').digest()),
    extra: new Map([['idempotency-key', 'a']]),
  },
  apiKey: parseApiKey(vectors.apiKey)!,
  hasBody: true,
  extraNames: EXTRA,
}
const withoutBody = {
  ...withBody,
  headers: { ...withBody.headers, signatureInput: input(ALWAYS), contentDigest: undefined },
  hasBody: false,
}
type Change = Partial<Record<keyof typeof withBody.headers, unknown>>
const change = (request: typeof withBody | typeof withoutBody, headers: Change) =>
  parseSignedRequest({
    ...request,
    headers: { ...request.headers, ...(headers as Partial<typeof withBody.headers>) },
  })

test('the order of components is free, and the base has theirs', () => {
  const covered = [...WITH_BODY].reverse()
  const parsed = change(withBody, { signatureInput: input(covered) }) as SignedRequest
  const names = parsed.base.split('\n').map((line) => line.slice(1, line.indexOf('":')))
  expect(names).toEqual([...covered, '@signature-params'])
})

test.each([
  ['with a body', WITH_BODY, withBody],
  ['without a body', ALWAYS, withoutBody],
] as const)('each component must be covered %s', (_, covered, request) => {
  for (const name of covered) {
    const signatureInput = input(covered.filter((other) => other !== name))
    expect(change(request, { signatureInput })).toBe('components_incomplete')
  }
})

test.each(['@authority', '@target-uri', '@signature-params', 'date', 'constructor', '__proto__'])(
  'nothing else may be covered: %s',
  (name) => {
    const refusal = /[^@a-z-]/.test(name) ? 'signature_input_malformed' : 'components_unexpected'
    expect(change(withBody, { signatureInput: input([...WITH_BODY, name]) })).toBe(refusal)
  },
)

test('the headers of a body may not be covered without one', () => {
  for (const name of ['content-type', 'content-digest']) {
    const signatureInput = input([...ALWAYS, name])
    expect(change(withoutBody, { signatureInput })).toBe('components_unexpected')
  }
})

test('a configured extra component may be covered or not, and is refused elsewhere', () => {
  const signatureInput = input(['idempotency-key', ...WITH_BODY])
  expect(change(withBody, {})).toHaveProperty('components', WITH_BODY)
  const parsed = change(withBody, { signatureInput }) as SignedRequest
  expect(parsed.base).toMatch(/^"idempotency-key": a\n/)
  expect(change(withBody, { signatureInput, extra: new Map() })).toBe('extra_header_missing')
  expect(change({ ...withBody, extraNames: [] }, { signatureInput })).toBe('components_unexpected')
})

test.each<[string, Change, Refusal]>([
  ['no content type', { contentType: undefined }, 'content_type_missing'],
  ['no digest', { contentDigest: undefined }, 'content_digest_missing'],
  ['a malformed digest', { contentDigest: 'sha-256=:AA==:' }, 'content_digest_malformed'],
  ['a malformed input', { signatureInput: '' }, 'signature_input_malformed'],
  ['a malformed signature', { signature: 'lk=:AA==:' }, 'signature_malformed'],
  ['another label in the signature', { signature: `sig1=:${MAC}:` }, 'signature_malformed'],
  [
    "another key's ID",
    { signatureInput: input(WITH_BODY).replace(KEY_ID, KEY_ID.replace('a1', 'a2')) },
    'key_id_mismatch',
  ],
])('refused: %s', (_, headers, refusal) => {
  expect(change(withBody, headers)).toBe(refusal)
})

test('a digest that came without a body is refused: nothing would be checked against it', () => {
  const { contentDigest } = withBody.headers
  expect(change(withoutBody, { contentDigest })).toBe('content_digest_without_body')
})

test.each(['get', 'GET ', 'GET\n"@path": /', '', 'A'.repeat(17)])(
  'refused: method %j',
  (method) => {
    expect(parseSignedRequest({ ...withBody, method })).toBe('method_malformed')
  },
)

test('the base is the one of the shared builder', () => {
  const { signatureInput, apiKey } = withoutBody.headers
  const components = [
    ['@method', 'POST'],
    ['@path', '/api/login'],
    ['@query', '?'],
    ['x-api-key', apiKey],
  ] as const
  expect(parseSignedRequest(withoutBody)).toHaveProperty(
    'base',
    signatureBase(components, signatureInput.slice(3)),
  )
})
