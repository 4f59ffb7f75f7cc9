import type { IncomingMessage, ServerResponse } from 'node:http'
import { HEADERS } from '@latchkey/protocol'
import cors from 'cors'
import { ApiError } from './apiError.ts'

export interface WebSettings {
  /** Exact origins besides our own. */
  readonly allowedOrigins: ReadonlySet<string>
  readonly requireRequestedWith: boolean
  /** What the routes answer to. */
  readonly methods: readonly string[]
  /** What passes the gateway besides, by the upstreams' declarations. */
  readonly requestHeaders: readonly string[]
  readonly answerHeaders: readonly string[]
}

/**
 * Looks at a request's browser headers before anything else is done for it, and sets what a listed
 * origin's page needs to read the answer. True for a preflight: then nothing is left but to end the
 * answer.
 * @throws ApiError `origin_not_allowed`, or `invalid_request` where X-Requested-With is demanded
 */
export type MeetWebCaller = (req: IncomingMessage, res: ServerResponse) => boolean

/** What the contract's requests carry beyond what any page may send. Nothing else is let through. */
const REQUEST_HEADERS = [
  'Authorization',
  HEADERS.contentType,
  HEADERS.contentDigest,
  HEADERS.apiKey,
  HEADERS.signatureInput,
  HEADERS.signature,
  HEADERS.idempotencyKey,
  HEADERS.requestedWith,
  // What calls, by its provider.
  'X-Firebase-AppCheck',
  'Approov-Token',
  'X-Recaptcha-Token',
  // Whether a kept answer of an upstream will do.
  'Cache-Control',
]

/** What a page may read of an answer beyond its body; the browser hides every other header. */
const ANSWER_HEADERS = [
  HEADERS.requestId,
  HEADERS.serverTime,
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  // Of the gateway: how old an answer is (counted from Date), and what went wrong on the way to it.
  'Date',
  'Age',
  'Cache-Status',
  'Proxy-Status',
]

/** How long a browser may remember a preflight's answer. Chromium takes no more than two hours. */
const PREFLIGHT_SECONDS = 7200

/** RFC 9110 section 9.2.1: these ask for nothing to be changed. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Keeps other people's pages from calling in the name of their visitors. It costs a request that comes
 * from no browser two look-ups. A script outside a browser sends whatever it likes: what stops that one
 * is the signature, and attestation.
 */
export function makeWebCallers(settings: WebSettings): MeetWebCaller {
  const { allowedOrigins, requireRequestedWith, methods } = settings
  const setCorsHeaders = cors({
    origin: [...allowedOrigins],
    methods: [...methods],
    allowedHeaders: union(REQUEST_HEADERS, settings.requestHeaders),
    exposedHeaders: union(ANSWER_HEADERS, settings.answerHeaders),
    maxAge: PREFLIGHT_SECONDS,
    // No cookies: who calls is proven by the signature alone, so a page cannot borrow a visitor's login.
    credentials: false,
    preflightContinue: true,
  })

  return (req, res) => {
    const { origin, 'sec-fetch-site': site } = req.headers
    if (origin === undefined && site === undefined) return false

    const isListed = origin !== undefined && allowedOrigins.has(origin)
    if (!isListed && isForeign(req)) {
      throw new ApiError('origin_not_allowed', { detail: 'origin' })
    }
    if (isListed) setCorsHeaders(req, res, () => undefined)
    if (isListed && isPreflight(req)) return true

    const isUnsafe = !SAFE.has(req.method ?? '')
    if (requireRequestedWith && isUnsafe && req.headers['x-requested-with'] === undefined) {
      throw new ApiError('invalid_request', { detail: 'x-requested-with' })
    }
    return false
  }
}

/** Each name once, however it is spelled: of several upstreams more than one may declare it. */
const union = (...lists: readonly (readonly string[])[]): string[] => [
  ...new Map(lists.flat().map((name) => [name.toLowerCase(), name])).values(),
]

/** Whether the page that asks is none of ours. */
function isForeign({ method = '', headers }: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  // Somebody followed a link, or a page shows us without being able to read what it shows.
  if (origin === undefined) return !SAFE.has(method) && site !== 'same-origin' && site !== 'none'
  // Sandboxed frames, files and redirects send `null`: nobody's, so anybody's.
  if (origin === 'null') return true
  if (site !== undefined) return site !== 'same-origin'
  // A browser from before 2023. Hosting calls the function under another name and tells its own.
  const host = /^https?:\/\/(.+)$/.exec(origin)?.[1]
  return host === undefined || (host !== headers.host && host !== headers['x-forwarded-host'])
}

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
