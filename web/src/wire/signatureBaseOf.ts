import { parseApiKey, parseSignedRequest, parseTarget, pickSignedHeaders } from '@latchkey/protocol'
import type { HttpExchange } from './exchange.ts'

/**
 * The signature base (RFC 9421 section 2.5) of a request, line by line, as the service rebuilds it from
 * what it has received; undefined for a request that is not signed.
 */
export function signatureBaseOf(request: HttpExchange): string[] | undefined {
  const { method, url, headers, body } = request
  const picked = pickSignedHeaders(headers.flat())
  if (typeof picked === 'string') return undefined
  const apiKey = parseApiKey(picked.apiKey)
  const target = parseTarget(url.pathname + url.search)
  if (apiKey === null || target === null) return undefined
  const hasBody = body !== undefined && body !== ''
  const parsed = parseSignedRequest({ method, target, headers: picked, apiKey, hasBody })
  return typeof parsed === 'string' ? undefined : parsed.base.split('\n')
}
