import type { ApiRequest } from '../http/apiRequest.ts'
import { ApiError } from '../http/apiError.ts'
import { allowedQuery } from './allowedQuery.ts'
import type { CheckedPath, CheckedUpstream } from './checkUpstream.ts'
import { chosenHeaders } from './passedHeaders.ts'
import { decodeSegments, fillTemplate } from './pathTemplate.ts'

/** What an app has asked of an upstream, found to be allowed: all that it has a say in. */
export interface ProxyCall {
  readonly method: string
  /** Path and query, encoded anew. */
  readonly target: string
  /** Name and value in turn. */
  readonly chosen: readonly string[]
  readonly body: Buffer | null
  readonly path: CheckedPath
}

/**
 * Reads a request below `/api/proxy/{upstream}/`.
 * @throws ApiError `not_found` when no template fits, `method_not_allowed`, `invalid_request`
 */
export function readProxyCall(upstream: CheckedUpstream, req: ApiRequest): ProxyCall {
  const { method = '' } = req.incoming
  const { target, headers, rawBody } = req
  if (target === undefined) throw new TypeError('the target was not read')
  if (headers.upgrade !== undefined) throw NO_UPGRADE
  const { path, filled } = findPath(upstream, method, target.path.slice(req.routePath.length - 1))
  const hasBody = rawBody.length > 0
  // It means nothing there (RFC 9110 section 9.3.1), and is another request to whoever reads it.
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new ApiError('invalid_request', { detail: `body with ${method}` })
  }
  const query = allowedQuery(target.query, path.query)
  return {
    method,
    path,
    target: query === '' ? filled : `${filled}?${query}`,
    chosen: chosenHeaders(upstream, headers, hasBody),
    body: hasBody ? rawBody : null,
  }
}

function findPath({ paths }: CheckedUpstream, method: string, asked: string) {
  const segments = decodeSegments(asked)
  let allowed: readonly string[] = []
  for (const path of paths) {
    const filled = fillTemplate(path.template, segments)
    if (filled === null) continue
    if (path.methods.has(method)) return { path, filled }
    allowed = [...new Set([...allowed, ...path.methods])]
  }
  if (allowed.length === 0) throw new ApiError('not_found', { detail: 'no template fits' })
  const headers = { Allow: allowed.join(', ') }
  throw new ApiError('method_not_allowed', { detail: 'method of the template', headers })
}

/** Left unanswered, a WebSocket client would wait for its handshake. */
const NO_UPGRADE = new ApiError('invalid_request', {
  detail: 'upgrade',
  errors: [
    {
      pointer: '#',
      detail: 'must not ask for an upgrade: WebSocket does not pass here, server-sent events do',
    },
  ],
})
