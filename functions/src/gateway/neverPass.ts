/** Headers that an upstream's declaration must not let pass, and why; `*` stands for any end. */
type Reasons = Readonly<Record<string, string>>

/** RFC 9110 section 7.6.1, and what older programs take for the same. */
const CONNECTION =
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade http2-settings expect proxy-authenticate proxy-authorization'

const REQUEST: Reasons = {
  'is for one connection': CONNECTION,
  'is a credential': 'authorization cookie cookie2',
  'is a part of our own protocol':
    'x-api-key signature signature-* content-digest x-request-id x-requested-with',
  'is for our own attestation': 'x-firebase-* approov-* x-recaptcha-*',
  'is set by the gateway':
    'host content-length content-encoding accept-encoding content-type accept',
  'tells the way, or claims to':
    'via forwarded x-forwarded-* x-real-ip x-client-ip true-client-ip cf-connecting-ip x-cluster-client-ip max-forwards',
  // Past the methods and templates that are declared.
  'changes what is asked for':
    'x-http-method x-http-method-override x-method-override x-original-* x-rewrite-url destination',
  'is read by the cache': 'cache-control pragma if-none-match if-modified-since',
  'asks for a part, of which the cache knows nothing': 'range if-range',
}

const RESPONSE: Reasons = {
  'is for one connection': CONNECTION,
  'is a credential, or asks for one': 'set-cookie set-cookie2 www-authenticate authentication-info',
  'is a part of our own protocol':
    'x-request-id server-time ratelimit* date x-content-type-options proxy-status',
  'is set by the gateway':
    'content-length content-encoding content-type content-language retry-after',
  // With the upstream's own words a CDN before us would give one install's answer to another.
  'is about copies, which are kept here':
    'cache-control cdn-cache-control surrogate-control pragma expires age vary cache-status',
  'tells the way': 'via',
  'leads to the upstream itself': 'location content-location refresh alt-svc',
  'speaks for our own domain':
    'strict-transport-security access-control-* content-security-policy* cross-origin-* x-frame-options clear-site-data report-to reporting-endpoints nel service-worker-allowed',
}

/** Why a header (lower case) must not be declared to pass that way; undefined when it may. */
export const whyNever = (way: 'request' | 'response', name: string): string | undefined =>
  Object.entries(way === 'request' ? REQUEST : RESPONSE).find(([, names]) =>
    names.split(' ').some((each) => isNamed(each, name)),
  )?.[0]

const isNamed = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
