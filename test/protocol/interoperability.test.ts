import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import * as messageSig from 'http-message-sig'
import * as messageSignatures from 'http-message-signatures'
import { COMPONENTS_ALWAYS, COMPONENTS_WITH_BODY, signRequest } from '../../protocol/src/index.ts'
import { hmacOf, issueApiKey, NOW, receive, secretOf } from './receiver.ts'

const ORIGIN = 'https://example.com'
const KEY_ID = '019aa0000000700080000000000000a1'
const NONCE = 'AAECAwQFBgcICQoLDA0ODw'
const API_KEY = issueApiKey(KEY_ID)
const BODY = '{"phone":"+4915112345678"}'

const REQUESTS = [
  { title: 'GET', method: 'GET', url: '/api/installs/current', body: '' },
  {
    title: 'GET with a query',
    method: 'GET',
    url: '/api/proxy/w/K%C3%B6ln?city=K%C3%B6ln&q=a+b&x=%27~!*()[]{}/?;\\',
    body: '',
  },
  { title: 'POST', method: 'POST', url: '/api/login', body: BODY },
  { title: 'POST with a query', method: 'POST', url: '/api/login?a=b', body: BODY },
  { title: 'DELETE', method: 'DELETE', url: '/api/installs/current', body: '' },
]
type Case = (typeof REQUESTS)[number]

/** What a program that knows the contract, but not our code, sends besides the signature. */
function plainHeaders({ body }: Case): Record<string, string> {
  const digest = createHash('sha256').update(body).digest('base64')
  return {
    'x-api-key': API_KEY,
    ...(body === ''
      ? {}
      : { 'content-type': 'application/json', 'content-digest': `sha-256=:${digest}:` }),
  }
}

const covered = ({ body }: Case) => [...(body === '' ? COMPONENTS_ALWAYS : COMPONENTS_WITH_BODY)]

function receiveSigned({ method, url, body }: Case, headers: Record<string, string>) {
  return receive({ method, url, rawHeaders: Object.entries(headers).flat(), body })
}

/** The same with one digit of the MAC changed: shows that the acceptance above means something. */
function spoil(headers: Record<string, string>): Record<string, string> {
  const [name, value] = Object.entries(headers).find(([name]) => /^signature$/i.test(name))!
  const at = value.indexOf('=:') + 2
  const digit = value[at] === 'A' ? 'B' : 'A'
  return { ...headers, [name]: value.slice(0, at) + digit + value.slice(at + 1) }
}

async function signOurs({ method, url, body }: Case) {
  const sha256 = createHash('sha256').update(body).digest()
  return signRequest(
    {
      method,
      target: url,
      apiKey: API_KEY,
      created: NOW,
      nonce: NONCE,
      ...(body === '' ? {} : { body: { contentType: 'application/json', sha256 } }),
    },
    hmacOf(KEY_ID),
  )
}

describe('http-message-signatures', () => {
  const sign = async (request: Case) => {
    const signed = await messageSignatures.httpbis.signMessage(
      {
        key: messageSignatures.createSigner(secretOf(KEY_ID), 'hmac-sha256', KEY_ID),
        fields: covered(request),
        params: ['created', 'nonce', 'keyid', 'alg', 'tag'],
        paramValues: { created: new Date(NOW * 1000), nonce: NONCE, tag: 'latchkey' },
      },
      { method: request.method, url: ORIGIN + request.url, headers: plainHeaders(request) },
    )
    return signed.headers
  }

  const verify = ({ method, url }: Case, headers: Record<string, string>) =>
    messageSignatures.httpbis.verifyMessage(
      {
        keyLookup: () =>
          Promise.resolve({
            id: KEY_ID,
            algs: ['hmac-sha256'],
            verify: messageSignatures.createVerifier(secretOf(KEY_ID), 'hmac-sha256'),
          }),
        notAfter: NOW + 1,
        requiredParams: ['created', 'nonce', 'keyid', 'alg', 'tag'],
        requiredFields: [...COMPONENTS_ALWAYS],
      },
      { method, url: ORIGIN + url, headers },
    )

  test.each(REQUESTS)('its $title verifies here', async (request) => {
    const headers = await sign(request)
    expect(receiveSigned(request, headers)).toBe('accepted')
    expect(receiveSigned(request, spoil(headers))).toBe('signature_wrong')
  })

  test.each(REQUESTS)('our $title verifies there', async (request) => {
    const headers = await signOurs(request)
    expect(await verify(request, headers)).toBe(true)
    expect(await verify(request, spoil(headers))).toBe(false)
  })
})

describe('http-message-sig', () => {
  const fieldsOf = (headers: Record<string, string>) =>
    Object.entries(headers).map(([name, value]) => ({ name, value }))

  const sign = async (request: Case) => {
    const headers = plainHeaders(request)
    const { signature, signatureInput } = await messageSig.createSignature(
      {
        kind: 'request',
        method: request.method,
        targetUri: ORIGIN + request.url,
        fields: fieldsOf(headers),
      },
      {
        components: covered(request),
        parameters: {
          created: NOW,
          expires: NOW + 60,
          nonce: NONCE,
          keyid: KEY_ID,
          alg: 'hmac-sha256',
          tag: 'latchkey',
        },
        signer: {
          algorithm: 'hmac-sha256',
          sign: (base) => hmacOf(KEY_ID)(Buffer.from(base).toString('latin1')),
        },
      },
    )
    return { ...headers, 'signature-input': signatureInput, signature }
  }

  const verify = ({ method, url }: Case, headers: Record<string, string>) =>
    messageSig.verifySignature(
      { kind: 'request', method, targetUri: ORIGIN + url, fields: fieldsOf(headers) },
      {
        policy: {
          algorithms: ['hmac-sha256'],
          requiredComponents: COMPONENTS_ALWAYS,
          requiredParameters: ['created', 'nonce', 'keyid', 'alg', 'tag'],
          maxAge: 300,
          clockSkew: 30,
          now: NOW,
        },
        resolveVerifier: () => ({
          algorithm: 'hmac-sha256',
          verify: (base, mac) =>
            timingSafeEqual(createHmac('sha256', secretOf(KEY_ID)).update(base).digest(), mac),
        }),
      },
    )

  test.each(REQUESTS)('its $title verifies here', async (request) => {
    const headers = await sign(request)
    expect(receiveSigned(request, headers)).toBe('accepted')
    expect(receiveSigned(request, spoil(headers))).toBe('signature_wrong')
  })

  test.each(REQUESTS)('our $title verifies there', async (request) => {
    const headers = await signOurs(request)
    await expect(verify(request, headers)).resolves.toHaveProperty('algorithm', 'hmac-sha256')
    await expect(verify(request, spoil(headers))).rejects.toHaveProperty(
      'code',
      'VerificationFailed',
    )
  })
})
