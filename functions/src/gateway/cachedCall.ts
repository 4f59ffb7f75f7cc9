import type { IncomingHttpHeaders } from 'node:http'
import type { Relayed } from '../http/answer.ts'
import { ApiError } from '../http/apiError.ts'
import type { AnswerCache, CacheKey, CacheRequest, Found, KeptAnswer } from './answerCache.ts'
import type { CheckedUpstream } from './checkUpstream.ts'
import type { UpstreamAnswer } from './exchange.ts'
import { answerHeaders } from './passedHeaders.ts'
import type { ProxyCall } from './proxyCall.ts'

/** Who calls, with what is no part of the call itself. */
export interface Caller {
  readonly requestId: string
  readonly keyId: string
  readonly headers: IncomingHttpHeaders
}

/** Asks the upstream; `ask` are further headers, by which a kept answer is found to be still good. */
export type Fetch = (
  call: ProxyCall,
  caller: Caller,
  ask: readonly string[],
) => Promise<UpstreamAnswer>

/** Answers from what is kept, at once, where the path and RFC 9111 let it, else from the upstream. */
export type CachedCall = (call: ProxyCall, caller: Caller) => Relayed | Promise<Relayed>

/** Only here does an answer meet a caller: what one install was answered reaches another by no other way. */
export function makeCachedCall(
  upstream: CheckedUpstream,
  cache: AnswerCache,
  fetch: Fetch,
): CachedCall {
  const passed = (headers: UpstreamAnswer['headers']) => answerHeaders(upstream, headers)
  const isAuthorized = authorizes(upstream)

  /** A copy is of use, and safe to make, for a GET of such a path only. */
  const cached = (call: ProxyCall, caller: Caller): Relayed | Promise<Relayed> => {
    const { keyId, headers } = caller
    const rule = call.path.cache!
    const key = keyOf(upstream.name, rule.for === 'public' ? PUBLIC : keyId, call)
    const request = requestOf(call, headers, isAuthorized)
    const found = cache.find(key, request)
    if (found.kind === 'hit') {
      const { answer, age, ttl } = found
      return kept(answer, `hit; ttl=${ttl}`, 'Age', String(age))
    }
    // RFC 9111 section 5.2.1.7.
    if (/(?:^|[\s,])only-if-cached(?:$|[\s,])/.test(request.headers['cache-control'] ?? '')) {
      throw new ApiError('upstream_timeout', { detail: `${upstream.name}: only-if-cached` })
    }
    return refresh(call, caller, { key, request, found, ttlSecondsMax: rule.ttlSecondsMax })
  }

  const refresh = async (
    call: ProxyCall,
    caller: Caller,
    { key, request, found, ttlSecondsMax }: Wanted,
  ): Promise<Relayed> => {
    const ask = found.kind === 'stale' ? found.ask : []
    let answer = await fetch(call, caller, ask)
    if (answer.status === 304) {
      const renewed = cache.renew(key, request, answer.headers, passed, ttlSecondsMax)
      if (renewed !== undefined) return kept(renewed, `fwd=${found.why}; fwd-status=304`)
      // It speaks of another version than ours, or ours has gone meanwhile.
      answer = await fetch(call, caller, [])
    }
    const { status } = answer
    const relayed = relay(upstream, answer)
    const { content } = relayed
    const isKept =
      Buffer.isBuffer(content) &&
      cache.keep(
        key,
        request,
        { status, content, headers: relayed.headers, received: answer.headers },
        ttlSecondsMax,
      )
    return withStatus(relayed, `fwd=${found.why}; fwd-status=${status}${isKept ? '; stored' : ''}`)
  }

  const uncached = async (call: ProxyCall, caller: Caller): Promise<Relayed> => {
    const answer = await fetch(call, caller, [])
    if (!SAFE.has(call.method) && answer.status < 400) {
      for (const who of [PUBLIC, caller.keyId]) cache.forget(keyOf(upstream.name, who, call).uri)
    }
    const relayed = relay(upstream, answer)
    return call.path.cache === undefined ? relayed : withStatus(relayed, 'fwd=method')
  }

  return (call, caller) =>
    call.path.cache !== undefined && call.method === 'GET'
      ? cached(call, caller)
      : uncached(call, caller)
}

/** What the cache has not. */
interface Wanted {
  readonly key: CacheKey
  readonly request: CacheRequest
  readonly found: Exclude<Found, { readonly kind: 'hit' }>
  readonly ttlSecondsMax: number
}

/** No key ID: those are hexadecimal. */
const PUBLIC = 'public'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Lines, of which no part can hold one: a name, hexadecimal digits, an encoded path, header values. */
const keyOf = (name: string, who: string, { target, chosen }: ProxyCall): CacheKey => ({
  uri: `${name}\n${who}\n${target}`,
  chosen: chosen.join('\n'),
})

/** RFC 9111 section 3.5 counts here as well: what our own credential was shown is for its owner. */
const authorizes = ({ secret }: CheckedUpstream): boolean =>
  secret !== undefined &&
  (secret.goes.in === 'basic' ||
    (secret.goes.in === 'header' && secret.goes.name.toLowerCase() === 'authorization'))

function requestOf(
  { method, target, chosen }: ProxyCall,
  sent: IncomingHttpHeaders,
  isAuthorized: boolean,
): CacheRequest {
  const headers: Record<string, string> = {}
  for (let at = 0; at + 1 < chosen.length; at += 2) headers[chosen[at]!] = chosen[at + 1]!
  if (!isHostings(sent)) {
    const { 'cache-control': control, pragma } = sent
    if (control !== undefined) headers['cache-control'] = control.toLowerCase()
    if (pragma !== undefined) headers['pragma'] = pragma.toLowerCase()
  }
  if (isAuthorized) headers['authorization'] = 'of the upstream'
  return { method, url: target, headers }
}

/**
 * What a rewrite of Hosting says in the name of every app that says nothing of caches itself (firebase-tools
 * 15, hosting/proxy): behind it nothing would ever be kept. An app that means it has one of the two to say.
 */
const isHostings = ({
  'cache-control': control,
  pragma,
  'x-forwarded-host': host,
}: IncomingHttpHeaders): boolean =>
  host !== undefined && control === 'no-cache, no-store' && pragma === 'no-cache'

/** An upstream's answer as the app gets it. */
function relay(upstream: CheckedUpstream, answer: UpstreamAnswer): Relayed {
  const content = answer.content()
  const headers = answerHeaders(upstream, answer.headers)
  const length = answer.headers['content-length']
  // So that the app notices when less than that comes.
  const isTold = !Buffer.isBuffer(content) && typeof length === 'string'
  return {
    status: answer.status,
    headers: isTold ? [...headers, 'Content-Length', length] : headers,
    content,
  }
}

const kept = ({ headers, content }: KeptAnswer, said: string, ...more: string[]): Relayed => ({
  status: 200,
  headers: [...headers, 'Cache-Status', `latchkey; ${said}`, ...more],
  content,
})

/** RFC 9211. */
const withStatus = ({ status, headers, content }: Relayed, said: string): Relayed => ({
  status,
  headers: [...headers, 'Cache-Status', `latchkey; ${said}`],
  content,
})
