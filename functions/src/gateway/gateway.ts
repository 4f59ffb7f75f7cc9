import type { Answered, ApiRequest } from '../http/apiRequest.ts'
import { makeAnswerCache } from './answerCache.ts'
import type { CheckedUpstream } from './checkUpstream.ts'
import { makeProxy, type ProxyParts } from './proxy.ts'

/** All upstreams behind `/api/proxy/`. */
export interface Gateway {
  /** Answers an admitted request to the upstream of this name. @throws ApiError */
  call(name: string, req: ApiRequest): Answered | Promise<Answered>
  /** Ends its connections, and what is under way over them. */
  close(): Promise<void>
}

export interface GatewayParts extends Omit<ProxyParts, 'cache'> {
  readonly upstreams: readonly CheckedUpstream[]
  /** For all answers that are kept. */
  readonly cacheBytes: number
}

/** Reads the secrets and makes the pools: loaded by the first call of any upstream. */
export function buildGateway(parts: GatewayParts): Gateway {
  const { upstreams, cacheBytes, ...others } = parts
  const cache = makeAnswerCache({ bytesMax: cacheBytes, now: parts.now })
  const proxies = new Map(
    upstreams.map((each) => [each.name, makeProxy(each, { ...others, cache })] as const),
  )
  return {
    call: (name, req) => proxies.get(name)!.call(req),
    close: async () => {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
    },
  }
}
