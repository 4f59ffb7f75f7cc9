import {
  componentValues,
  COMPONENTS_ALWAYS,
  COMPONENTS_WITH_BODY,
  formatSignature,
  formatSignatureParams,
  HEADERS,
  parseTarget,
  PROFILE,
  signatureBase,
} from '@latchkey/protocol'
import { bodyFields, digestOf } from './contentDigest.ts'
import { CREDENTIAL, hmacOf, nonceOf, NOW } from './install.ts'

/** A request as an app makes it, before it is signed. */
export interface VectorRequest {
  readonly title: string
  readonly method: string
  readonly target: string
  readonly created: number
  readonly nonce: string
  readonly contentType?: string
  readonly body?: string | Buffer
}

const JSON_TYPE = 'application/json'

const REQUESTS: readonly Omit<VectorRequest, 'created' | 'nonce'>[] = [
  { title: 'GET without a body or a query', method: 'GET', target: '/api/installs/current' },
  {
    title: 'GET as the function sees it, without /api',
    method: 'GET',
    target: '/installs/current',
  },
  {
    title: 'GET with a query of two-byte characters',
    method: 'GET',
    target: '/api/proxy/weather/v1/K%C3%B6ln?city=K%C3%B6ln&days=2',
  },
  {
    title: 'GET with escapes in lower case',
    method: 'GET',
    target: '/api/proxy/weather/v1/K%c3%b6ln?city=K%c3%b6ln',
  },
  {
    title: 'GET with marks that URL libraries escape, each differently',
    method: 'GET',
    target: "/api/proxy/weather/v1/a!$&'()*+,=:@?q=\"'()*!~[]{}<>|\\^`+%20&&b=",
  },
  {
    title: 'POST with JSON',
    method: 'POST',
    target: '/api/login',
    contentType: JSON_TYPE,
    body: '{"phone":"+4915112345678","password":"correct horse"}',
  },
  {
    title: 'POST with a body of characters of one to four bytes',
    method: 'POST',
    target: '/api/register',
    contentType: JSON_TYPE,
    body: '{"phone":"+4915112345678","password":"aö東🔑"}',
  },
  {
    title: 'POST whose content type has a charset, as OkHttp adds it',
    method: 'POST',
    target: '/api/login?a=b',
    contentType: 'application/json; charset=utf-8',
    body: '{}',
  },
  {
    title: 'POST whose content type is signed as it is written',
    method: 'POST',
    target: '/api/login',
    contentType: 'Application/JSON;charset="UTF-8"',
    body: '{}',
  },
  {
    title: 'POST without a body: neither content type nor digest',
    method: 'POST',
    target: '/api/installs/current/rotate',
  },
  {
    title: 'PUT with bytes that are no text',
    method: 'PUT',
    target: '/api/proxy/storage/v1/object',
    contentType: 'application/octet-stream',
    body: Buffer.from('00ff80c3280d0a', 'hex'),
  },
  { title: 'DELETE', method: 'DELETE', target: '/api/installs/current' },
]

/** The shortest and the longest nonce; all others have 22 characters. */
const NONCES: ReadonlyMap<number, string> = new Map([
  [1, 'AAECAwQFBgcICQoL'],
  [2, `${'Az09-_'.repeat(10)}abcd`],
])

/** The request with its headers and every text on the way to them. */
export function signedVector({ title, method, target, created, nonce, ...sent }: VectorRequest) {
  const { apiKey, keyId } = CREDENTIAL
  const content = contentOf(sent)
  const { path, query } = parseTarget(target)!
  const names = content ? COMPONENTS_WITH_BODY : COMPONENTS_ALWAYS
  const components = componentValues(names, {
    method,
    target: { path, query },
    headers: {
      apiKey,
      contentType: content?.contentType,
      contentDigest: content?.contentDigest,
      extra: new Map(),
    },
  })!
  const signatureParams = formatSignatureParams(names, { created, nonce, keyId })
  const base = signatureBase(components, signatureParams)
  const mac = hmacOf(CREDENTIAL)(base)
  const headers: Record<string, string> = {
    [HEADERS.apiKey]: apiKey,
    ...(content && {
      [HEADERS.contentType]: content.contentType,
      [HEADERS.contentDigest]: content.contentDigest,
    }),
    [HEADERS.signatureInput]: `${PROFILE.label}=${signatureParams}`,
    [HEADERS.signature]: formatSignature(PROFILE.label, mac),
  }
  return {
    ...{ title, method, target, created, nonce },
    ...content,
    ...{ path, query, components, signatureParams },
    signatureBase: base.split('\n'),
    macHex: mac.toString('hex'),
    headers,
  }
}

function contentOf({ contentType, body }: Pick<VectorRequest, 'contentType' | 'body'>) {
  if (body === undefined || contentType === undefined) return undefined
  return { contentType, ...bodyFields(body), contentDigest: digestOf(body) }
}

export function signedRequestVectors() {
  return {
    title: 'RFC 9421 sections 2.3, 2.5, 3.1 and 3.3.3: signed requests, step by step',
    credential: CREDENTIAL,
    requests: REQUESTS.map((request, n) =>
      signedVector({ ...request, created: NOW + n, nonce: NONCES.get(n) ?? nonceOf(16 * n) }),
    ),
  }
}
