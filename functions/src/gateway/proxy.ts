import Pool from 'undici/lib/dispatcher/pool.js'
import type { HeaderMap, Relayed } from '../http/answer.ts'
import { ApiError } from '../http/apiError.ts'
import { installOf, type ApiRequest } from '../http/apiRequest.ts'
import { rateHeaders, type RateReport } from '../http/rateHeaders.ts'
import { judgeInstall, placeName, type Install } from '../installs/install.ts'
import type { Log } from '../log.ts'
import type { AnswerCache } from './answerCache.ts'
import { makeCachedCall, type Fetch } from './cachedCall.ts'
import type { CheckedUpstream } from './checkUpstream.ts'
import { requestHeaders } from './passedHeaders.ts'
import { NO_SECRET, placeSecret, type PlacedSecret } from './placeSecret.ts'
import { readProxyCall } from './proxyCall.ts'
import { makeCaller } from './upstreamCall.ts'
import { failureAnswer, UpstreamFailure } from './upstreamFailure.ts'

/** One upstream at work. */
export interface Proxy {
  /** At once where a kept answer will do. @throws ApiError, also by the promise */
  call(req: ApiRequest): Relayed | Promise<Relayed>
  close(): Promise<void>
}

export interface ProxyParts {
  /** Shared by all upstreams: one memory to be bounded. */
  readonly cache: AnswerCache
  readonly limitOf: (policy: RateReport['policy']) => CallLimit
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: Log
}

/** Calls of one install in a time: http/rateLimit.ts, as far as it is needed here. */
export interface CallLimit {
  take(keyId: string, nowMs: number, cost: number): RateReport & { readonly allowed: boolean }
}

/** Reads an upstream's secret and makes its pool; nothing is connected before the first call. */
export function makeProxy(
  upstream: CheckedUpstream,
  { cache, limitOf, now, log }: ProxyParts,
): Proxy {
  const { name, inFlightMax, connectMs } = upstream
  const secret = secretOf(upstream)
  if (secret === null) log({ event: 'upstream_secret_unusable', upstream: name })
  const pool = new Pool(upstream.origin, {
    connections: inFlightMax,
    connect: { timeout: connectMs },
    // Whatever else it says in its head.
    maxHeaderSize: HEADER_BYTES_MAX,
  })
  const callUpstream = makeCaller(pool, upstream)
  const limit = limitOf({ name, ...upstream.limit })

  const takeCall = (install: Install): HeaderMap => {
    const nowMs = now()
    const cost = judgeInstall(install, nowMs) === 'restricted' ? 2 : 1
    const verdict = limit.take(placeName(install), nowMs, cost)
    const headers = rateHeaders(verdict)
    if (verdict.allowed) return headers
    const detail = `${name}: calls of an install`
    throw new ApiError('rate_limited', { detail, headers, retryAfterSeconds: verdict.resetSeconds })
  }

  const fetch =
    (sent: PlacedSecret): Fetch =>
    (call, { requestId }, ask) => {
      const { method, target, chosen, body, path } = call
      return callUpstream({
        method,
        body,
        deadlines: path.deadlines,
        streams: path.streams,
        path:
          sent.query === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${sent.query}`,
        // Last, so that nothing the app may send can take its place.
        headers: [...requestHeaders(upstream, chosen), ...ask, ...sent.headers],
        secretForms: sent.forms,
        isRevalidation: ask.length > 0,
        onCut: ({ kind }) => {
          if (kind !== 'abandoned') log({ event: 'upstream_cut', requestId, upstream: name, kind })
        },
      })
    }
  const callCached = secret === null ? null : makeCachedCall(upstream, cache, fetch(secret))

  return {
    call: (req) => {
      const call = readProxyCall(upstream, req)
      const { requestId, headers } = req
      const install = installOf(req)
      const { keyId } = install
      const rated = takeCall(install)
      if (callCached === null) throw new ApiError('internal', { detail: `${name}: its secret` })
      const answered = callCached(call, { requestId, keyId, headers })
      if (!(answered instanceof Promise)) return rate(answered, rated)
      return answered.then(
        (answer) => rate(answer, rated),
        (error: unknown) => {
          throw error instanceof UpstreamFailure ? failureAnswer(name, error) : error
        },
      )
    },
    close: () => pool.destroy(),
  }
}

function rate({ status, headers, content }: Relayed, rated: HeaderMap): Relayed {
  const list = [...headers]
  for (const name in rated) list.push(name, rated[name]!)
  return { status, headers: list, content }
}

/** As Node's own servers have it. */
const HEADER_BYTES_MAX = 16 * 1024

const secretOf = ({ secret }: CheckedUpstream): PlacedSecret | null =>
  secret === undefined ? NO_SECRET : placeSecret(secret.param.value(), secret.goes)
