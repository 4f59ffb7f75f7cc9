import type { ServerResponse } from 'node:http'
import { ERRORS, HEADERS, type ErrorCode } from '@latchkey/protocol'
import type { ApiErrorOptions } from './apiError.ts'
import { SECURITY_HEADERS } from './securityHeaders.ts'

export type HeaderMap = Readonly<Record<string, string>>

/** A list, name and value in turn: an object joined from several would cost more than the signature. */
const FIXED: readonly string[] = [
  // Nothing here is to be stored; what is stored all the same is good for one origin's pages alone.
  'Cache-Control',
  'no-store',
  'Vary',
  'Origin',
  ...SECURITY_HEADERS,
]

/** Answers with JSON. `Date` is added by Node. */
export function answerJson(
  res: ServerResponse,
  requestId: string,
  status: number,
  body: unknown,
  headers?: HeaderMap,
): void {
  write(res, requestId, status, 'application/json', body, headers)
}

export interface Problem extends ApiErrorOptions {
  readonly code: ErrorCode
  readonly requestId: string
  /** `type` is this and the code: the page that documents the error. */
  readonly errorsUrl: string
  /** RFC 9457 extension members. */
  readonly members?: Readonly<Record<string, unknown>>
}

/** The one writer of errors: RFC 9457 `application/problem+json` with the table's public text. */
export function answerProblem(res: ServerResponse, problem: Problem): void {
  const { code, requestId, errors, members, retryAfterSeconds } = problem
  const { status, title, detail } = ERRORS[code]
  const type = problem.errorsUrl + code
  // A member that is undefined is not written.
  const body = { type, title, status, detail, code, requestId, errors, ...members }
  const headers =
    retryAfterSeconds === undefined
      ? problem.headers
      : { ...problem.headers, 'Retry-After': String(retryAfterSeconds) }
  write(res, requestId, status, 'application/problem+json', body, headers)
}

/** Ends the answer to a preflight; its headers are set. Safari waits for a body without a length. */
export function answerPreflight(res: ServerResponse, requestId: string): void {
  res.writeHead(204, [...FIXED, 'Content-Length', '0', HEADERS.requestId, requestId])
  res.end()
}

function write(
  res: ServerResponse,
  requestId: string,
  status: number,
  contentType: string,
  body: unknown,
  headers: HeaderMap = {},
): void {
  // Answered already: the request's deadline was quicker than its handler.
  if (res.writableEnded) return
  // The peer is gone, or a handler failed after its answer had begun: there is nothing to say it to.
  if (res.headersSent) {
    res.destroy()
    return
  }
  const text = JSON.stringify(body)
  const list = [
    ...FIXED,
    HEADERS.contentType,
    contentType,
    'Content-Length',
    String(Buffer.byteLength(text)),
    HEADERS.requestId,
    requestId,
  ]
  for (const name in headers) list.push(name, headers[name]!)
  res.writeHead(status, list)
  res.end(text)
}
