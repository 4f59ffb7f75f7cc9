import { ApiError } from '../http/apiError.ts'

/**
 * What can go wrong with an upstream: the answer, whether it counts against the upstream, and whether
 * an idempotent request is tried once more. Named after the errors of RFC 9209 section 2.3, which
 * `Proxy-Status` tells the app.
 */
const FAILURES = {
  dns_error: { code: 'upstream_failed', isOutage: true, again: true },
  connection_refused: { code: 'upstream_failed', isOutage: true, again: true },
  // Also a kept connection that had died meanwhile: the usual case, and why anything is tried again.
  connection_terminated: { code: 'upstream_failed', isOutage: true, again: true },
  http_response_incomplete: { code: 'upstream_failed', isOutage: true, again: true },
  tls_certificate_error: { code: 'upstream_failed', isOutage: true, again: false },
  http_protocol_error: { code: 'upstream_failed', isOutage: true, again: false },
  http_response_header_section_size: { code: 'upstream_failed', isOutage: true, again: false },
  // The time is over, or nearly so.
  connection_timeout: { code: 'upstream_timeout', isOutage: true, again: false },
  http_response_timeout: { code: 'upstream_timeout', isOutage: true, again: false },
  // It works, but for what this app has asked: no reason to stop asking for the others.
  http_response_body_size: { code: 'upstream_failed', isOutage: false, again: false },
  http_response_content_coding: { code: 'upstream_failed', isOutage: false, again: false },
  // An address within the upstream is nothing for the app, and to follow it would leave the template.
  redirected: { code: 'upstream_failed', isOutage: false, again: false },
  // 401 and 407: our own credential is at fault, and the app cannot mend that.
  secret_refused: { code: 'upstream_failed', isOutage: false, again: false },
  secret_repeated: { code: 'upstream_failed', isOutage: false, again: false },
  // The app has left, or the request's own deadline was quicker.
  abandoned: { code: 'upstream_failed', isOutage: false, again: false },
} as const

export type UpstreamFailureKind = keyof typeof FAILURES

/** RFC 9209 knows no name for these. */
const OURS: ReadonlySet<string> = new Set([
  'redirected',
  'secret_refused',
  'secret_repeated',
  'abandoned',
])

/** A call that has brought no answer of use. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure'
  readonly kind: UpstreamFailureKind

  constructor(kind: UpstreamFailureKind) {
    super(kind)
    this.kind = kind
  }

  get isOutage(): boolean {
    return FAILURES[this.kind].isOutage
  }

  /** Whether an idempotent request may be sent once more. */
  get again(): boolean {
    return FAILURES[this.kind].again
  }
}

/** What the app is told: never the upstream's own words. */
export function failureAnswer(upstream: string, { kind }: UpstreamFailure): ApiError {
  const error = OURS.has(kind) ? 'proxy_internal_response' : kind
  return new ApiError(FAILURES[kind].code, {
    detail: `${upstream}: ${kind}`,
    headers: { 'Proxy-Status': `latchkey; error=${error}` },
  })
}

/** By the codes of undici and Node; everything else is a connection that has ended too early. */
const KINDS: Readonly<Record<string, UpstreamFailureKind>> = {
  ENOTFOUND: 'dns_error',
  EAI_AGAIN: 'dns_error',
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'connection_refused',
  ENETUNREACH: 'connection_refused',
  UND_ERR_CONNECT_TIMEOUT: 'connection_timeout',
  ETIMEDOUT: 'connection_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'http_response_timeout',
  UND_ERR_BODY_TIMEOUT: 'http_response_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'http_response_header_section_size',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'http_response_incomplete',
}

/** @param isBegun whether the head of the answer had come */
export function failureOf(error: unknown, isBegun: boolean): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error
  const { code = '', name } = error as NodeJS.ErrnoException
  const known = KINDS[code]
  if (known !== undefined) return new UpstreamFailure(known)
  if (name === 'HTTPParserError' || code.startsWith('HPE_')) {
    return new UpstreamFailure('http_protocol_error')
  }
  if (/CERT|TLS|SSL|SELF_SIGNED/.test(code)) return new UpstreamFailure('tls_certificate_error')
  return new UpstreamFailure(isBegun ? 'http_response_incomplete' : 'connection_terminated')
}
