import type { Relayed } from '../../../../functions/src/http/answer.ts'
import { makeAnswerCache, type AnswerCache } from '../../../../functions/src/gateway/answerCache.ts'
import { makeCachedCall, type CachedCall } from '../../../../functions/src/gateway/cachedCall.ts'
import { checkUpstreams } from '../../../../functions/src/gateway/checkUpstream.ts'
import type { UpstreamAnswer } from '../../../../functions/src/gateway/exchange.ts'
import type { AnswerHeaders } from '../../../../functions/src/gateway/passedHeaders.ts'
import type { ProxyCall } from '../../../../functions/src/gateway/proxyCall.ts'
import type { Upstream, UpstreamPath } from '../../../../functions/src/gateway/upstream.ts'

/** What the origin answers a call with; a function of the call, as the real one's is. */
export interface OriginAnswer {
  readonly status?: number
  readonly headers?: AnswerHeaders
  readonly body?: string
}

export type Origin = (call: ProxyCall, ask: readonly string[]) => OriginAnswer

export interface CachedOrigin {
  readonly cache: AnswerCache
  readonly callCached: CachedCall
  /** The first path of the upstream, as the app asks for it. */
  readonly call: (more?: Partial<ProxyCall>) => ProxyCall
  /** What has reached the origin: the further headers of each. */
  readonly asked: (readonly string[])[]
}

/** The cache in front of an origin that answers at once, without a network between. */
export function cachedOrigin(
  rule: UpstreamPath['cache'],
  origin: Origin,
  clock: { readonly ms: number },
  { bytesMax = 1e6, ...change }: Partial<Upstream> & { bytesMax?: number } = {},
): CachedOrigin {
  const path: UpstreamPath = {
    methods: ['GET', 'POST'],
    template: '/{id}',
    ...(rule !== undefined && { cache: rule }),
  }
  const [upstream] = checkUpstreams(
    [{ name: 'maps', origin: 'https://maps.example', paths: [path], ...change }],
    { isEmulated: false, timeoutMs: 30_000, origins: new Map() },
  )
  const cache = makeAnswerCache({ bytesMax, now: () => clock.ms })
  const asked: (readonly string[])[] = []
  const callCached = makeCachedCall(upstream!, cache, (call, _caller, ask) => {
    asked.push(ask)
    return Promise.resolve(answerOf(origin(call, ask)))
  })
  return {
    cache,
    callCached,
    asked,
    call: (more = {}) => ({
      ...{ method: 'GET', target: '/a', chosen: [], body: null, path: upstream!.paths[0]! },
      ...more,
    }),
  }
}

/** What an answer holds; here it always has come as a whole. */
export const textOf = (content: Relayed['content']): string => (content as Buffer).toString()

/** The headers of an answer by their names. */
export const headersOf = ({ headers }: Relayed): Readonly<Record<string, string>> =>
  Object.fromEntries(
    headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]!] as const] : [])),
  )

const answerOf = ({ status = 200, headers = {}, body = '' }: OriginAnswer): UpstreamAnswer => ({
  status,
  headers,
  content: () => Buffer.from(body),
})
