import { FORMATS, HEADERS } from '@latchkey/protocol'

/** Headers of answers, by name. */
export const ANSWER_HEADERS = {
  [HEADERS.requestId]: {
    description: 'A UUID of this request, also in the log. Quote it when you report an error.',
    schema: { type: 'string', format: 'uuid' },
    example: 'b3f1c7de-7d10-4a1b-8c3d-4e5f60718293',
  },
  'RateLimit-Policy': {
    description:
      'The limit that counts here: its name, how many requests (`q`) in how many seconds (`w`).',
    schema: { type: 'string', pattern: '^"[a-z0-9-]+";q=[0-9]+;w=[0-9]+$' },
    example: '"install";q=120;w=60',
  },
  RateLimit: {
    description:
      'What is left of it: requests (`r`), and seconds until there are more (`t`); IETF draft ' +
      'ratelimit-headers.',
    schema: { type: 'string', pattern: '^"[a-z0-9-]+";r=[0-9]+;t=[0-9]+$' },
    example: '"install";r=119;t=1',
  },
  'Retry-After': {
    description: 'Seconds after which a further try makes sense.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
    example: '2',
  },
  [HEADERS.serverTime]: {
    description:
      'With `clock_skew`: the time of the server in Unix seconds, and its HMAC-SHA256 under the ' +
      'secret of this key, over `latchkey server time`, the seconds and the nonce of the request, ' +
      'joined by newlines. Believe it when the MAC is right, keep the offset, and retry once.',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,11}; mac=:[A-Za-z0-9+/]{43}=:$' },
    example: '1795300000; mac=:3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:',
  },
  'Proxy-Status': {
    description: 'RFC 9209: what went wrong between the gateway and the upstream.',
    schema: { type: 'string', pattern: '^latchkey; error=[a-z_]+$' },
    example: 'latchkey; error=connection_timeout',
  },
  'WWW-Authenticate': {
    description:
      'With every 401, the same for every cause: requests are let in by a signature (RFC 9421). No ' +
      'browser asks its user for one.',
    schema: { type: 'string', const: 'Signature realm="latchkey"' },
  },
  Allow: {
    description: 'The methods that this path answers to.',
    schema: { type: 'string' },
    example: 'GET, DELETE',
  },
} as const

export type AnswerHeader = keyof typeof ANSWER_HEADERS

/** Headers of requests, beside those of the security schemes. */
export const PARAMETERS = {
  ContentDigest: {
    name: HEADERS.contentDigest,
    in: 'header',
    required: true,
    description:
      'SHA-256 of the raw body (RFC 9530). The signature covers it, so it is required whenever ' +
      'there is a body.',
    schema: { type: 'string', pattern: '^sha-256=:[A-Za-z0-9+/]{43}=:$' },
    example: 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
  },
  IdempotencyKey: {
    name: HEADERS.idempotencyKey,
    in: 'header',
    required: false,
    description:
      'New for each press of the button, and kept for its retries: within 24 hours a repeat with the ' +
      'same body gets the first answer and buys no second text. Printable ASCII without spaces.',
    schema: { type: 'string', pattern: FORMATS.idempotencyKey.source },
    example: '7b1f0c52e0',
  },
} as const

/** OpenAPI has no scheme for RFC 9421: the three headers are three schemes, needed together. */
export const SECURITY_SCHEMES = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: HEADERS.apiKey,
    description: '`lk_v{master version}_{key ID}_{MAC}`, as it was dropped. Never in a URL.',
  },
  signatureInput: {
    type: 'apiKey',
    in: 'header',
    name: HEADERS.signatureInput,
    description:
      'RFC 9421. Covers exactly `@method`, `@path`, `@query`, `x-api-key` and, with a body, ' +
      '`content-type` and `content-digest`; parameters `created` (Unix seconds), `nonce` (16 to 64 ' +
      'characters of base64url, at least 96 random bits), `keyid` (the key ID), ' +
      '`alg="hmac-sha256"`, `tag="latchkey"`, and `expires` if you like.',
    'x-example':
      'lk=("@method" "@path" "@query" "x-api-key" "content-type" "content-digest");' +
      'created=1795300000;nonce="…";keyid="<key ID>";alg="hmac-sha256";tag="latchkey"',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: HEADERS.signature,
    description:
      'RFC 9421: HMAC-SHA256 of the signature base (section 2.5) under the 32 bytes of the HMAC ' +
      'secret, whole, in base64: `lk=:…:`. Each request is signed anew, with a nonce of its own.',
  },
  idToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The Firebase ID token of the UID in the body.',
  },
} as const

export const SIGNED = [{ apiKey: [], signatureInput: [], signature: [] }]
/** With an ID token, or without. */
export const PERHAPS_ID_TOKEN = [{ idToken: [] }, {}]
