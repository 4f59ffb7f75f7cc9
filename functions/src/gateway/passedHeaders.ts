import type { IncomingHttpHeaders } from 'node:http'
import type { CheckedUpstream } from './checkUpstream.ts'

/** Headers of an upstream's answer, by lower-case name. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * What the app has sent and may pass: name and value in turn. The only part of the headers that an app
 * chooses, which is why the cache keeps answers apart by it.
 */
export function chosenHeaders(
  { requestHeaders }: Pick<CheckedUpstream, 'requestHeaders'>,
  headers: IncomingHttpHeaders,
  hasBody: boolean,
): string[] {
  const named = connectionOptions(headers.connection)
  const chosen: string[] = []
  const pass = (name: string) => {
    const value = headers[name]
    if (typeof value === 'string' && !named.includes(name)) chosen.push(name, value)
  }
  pass('accept')
  if (hasBody) pass('content-type')
  for (const name of requestHeaders) pass(name)
  return chosen
}

/** The headers of the request to the upstream but for the secret, which comes last. */
export function requestHeaders(
  { fixedHeaders }: Pick<CheckedUpstream, 'fixedHeaders'>,
  chosen: readonly string[],
): string[] {
  const headers = [
    // Whoever reads a coded answer must decode it, and a bomb is one then.
    ...['accept-encoding', 'identity'],
    // RFC 9110 section 7.6.3: a gateway must say that it is there.
    ...['via', '1.1 latchkey'],
    ...chosen,
  ]
  for (const name in fixedHeaders) headers.push(name, fixedHeaders[name]!)
  // Some upstreams refuse what has none.
  if (!headers.includes('user-agent')) headers.push('user-agent', 'latchkey')
  return headers
}

/** What of the upstream's headers the app gets to see: name and value in turn. */
export function answerHeaders(
  { responseHeaders }: Pick<CheckedUpstream, 'responseHeaders'>,
  headers: AnswerHeaders,
): string[] {
  const { connection } = headers
  const named = connectionOptions(Array.isArray(connection) ? connection.join() : connection)
  const passed: string[] = []
  const pass = (name: string, spelled: string) => {
    const value = headers[name]
    if (value === undefined || named.includes(name)) return
    const text = Array.isArray(value) ? value.join(', ') : value
    if (PRINTABLE.test(text)) passed.push(spelled, text)
  }
  pass('content-type', 'Content-Type')
  if (passed.length === 0) passed.push('Content-Type', 'application/octet-stream')
  pass('content-language', 'Content-Language')
  pass('retry-after', 'Retry-After')
  for (const name of responseHeaders) pass(name, name)
  return passed
}

/** A header with anything else is not worth a failure, nor a surprise further on. */
const PRINTABLE = /^[\t\x20-\x7e]*$/

/** RFC 9110 section 7.6.1: headers that are named there are for one connection as well. */
const connectionOptions = (value: string | undefined): readonly string[] =>
  value === undefined || value === 'keep-alive' || value === 'close'
    ? NONE
    : value
        .toLowerCase()
        .split(',')
        .map((option) => option.trim())

const NONE: readonly string[] = []
