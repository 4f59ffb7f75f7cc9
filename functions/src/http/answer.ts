import type { ServerResponse } from 'node:http'
import { ENCRYPTION, ERRORS, HEADERS, type ErrorCode } from '@latchkey/protocol'
import type { ApiErrorOptions } from './apiError.ts'
import { SECURITY_HEADERS } from './securityHeaders.ts'

export type HeaderMap = Readonly<Record<string, string>>

/** Encrypts the text of an answer, for the install that has asked. */
export type Seal = (text: string, contentType: string) => Promise<string>

/** A list, name and value in turn: an object joined from several would cost more than the signature. */
const ALWAYS: readonly string[] = ['Vary', 'Origin', ...SECURITY_HEADERS]

/** Nothing here is to be stored; what is stored all the same is good for one origin's pages alone. */
const FIXED: readonly string[] = [HEADERS.cacheControl, 'no-store', ...ALWAYS]

/**
 * RFC 9110 section 15.5.2: a 401 says how to be let in, the same for every cause. The scheme is registered
 * nowhere, for RFC 9421 has none: browsers open their dialog for those alone that they know (Basic, Digest).
 */
const CHALLENGE = ['WWW-Authenticate', 'Signature realm="latchkey"'] as const

/** Answers with JSON. `Date` is added by Node. */
export function answerJson(
  res: ServerResponse,
  requestId: string,
  status: number,
  body: unknown,
  headers?: HeaderMap,
  seal?: Seal,
): void | Promise<void> {
  return write(res, requestId, status, 'application/json', body, headers, seal)
}

/** What another service has said, to be answered as it is. */
export interface Relayed {
  readonly status: number
  /**
   * Name and value in turn, besides those that every answer has; `Content-Type` among them, and the
   * `Content-Length` of a flow that has one.
   */
  readonly headers: readonly string[]
  readonly content: Buffer | Flow
}

/** Content that comes in its own time. */
export interface Flow {
  /** Called once, when the answer has begun. Everything goes into the sink. */
  into(sink: Sink): void
  /** Nobody wants it: the answer could not begin. */
  cancel(): void
}

/** The body of an answer under way. */
export interface Sink {
  /** False: the peer is slow, so wait for `onDrain`. */
  write(chunk: Buffer): boolean
  onDrain(listener: () => void): void
  /** The peer has left, or has all of it. */
  onClose(listener: () => void): void
  end(): void
  /** Breaks the connection off: what was answered is not whole, and the peer must not think so. */
  cut(): void
}

/** Answers with what another service has said: nothing of it is to be stored or sniffed on the way, either. */
export function answerRelayed(
  res: ServerResponse,
  requestId: string,
  { status, headers, content }: Relayed,
  more: HeaderMap,
): void {
  const isFlow = !Buffer.isBuffer(content)
  if (isAnswered(res) || res.destroyed) return isFlow ? content.cancel() : undefined
  const list = [...FIXED, HEADERS.requestId, requestId]
  for (const name in more) list.push(name, more[name]!)
  list.push(...headers)
  if (!isFlow) {
    if (!BODILESS.has(status) && res.req.method !== 'HEAD')
      list.push('Content-Length', String(content.length))
    res.writeHead(status, list)
    // As a text, byte for byte: Node sends it together with the head, which halves what the system does.
    res.end(content.toString('latin1'), 'latin1')
    return
  }
  res.writeHead(status, list)
  // Or a peer that waits for the first event would not even see the head.
  res.flushHeaders()
  content.into(sinkOf(res))
}

/** RFC 9110 sections 15.3.5 and 15.4.5: no content, and so no length of it. */
const BODILESS = new Set([204, 304])

const sinkOf = (res: ServerResponse): Sink => ({
  write: (chunk) => res.write(chunk),
  onDrain: (listener) => void res.on('drain', listener),
  onClose: (listener) => void res.once('close', listener),
  end: () => void res.end(),
  cut: () => void res.destroy(),
})

export interface Problem extends ApiErrorOptions {
  readonly code: ErrorCode
  /** RFC 9457 extension members. */
  readonly members?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The one writer of errors: RFC 9457 `application/problem+json` with the table's public text.
 * @param errorsUrl the page that documents errors; `type` is the code's place on it
 */
export function answerProblem(
  res: ServerResponse,
  requestId: string,
  errorsUrl: string,
  problem: Problem,
  seal?: Seal,
): void | Promise<void> {
  const { code, errors, members, retryAfterSeconds } = problem
  const { status, title, detail } = ERRORS[code]
  const type = `${errorsUrl}#${code}`
  // A member that is undefined is not written.
  const plain = { type, title, status, detail, code, requestId, errors }
  const body = members === undefined ? plain : { ...plain, ...members }
  const headers =
    retryAfterSeconds === undefined
      ? problem.headers
      : { ...problem.headers, 'Retry-After': String(retryAfterSeconds) }
  return write(res, requestId, status, 'application/problem+json', body, headers, seal)
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
  headers: HeaderMap | undefined,
  seal: Seal | undefined,
): void | Promise<void> {
  const text = JSON.stringify(body)
  if (seal === undefined) return send(res, requestId, status, contentType, text, headers)
  return seal(text, contentType).then((sealed) =>
    send(res, requestId, status, ENCRYPTION.mediaType, sealed, headers),
  )
}

function send(
  res: ServerResponse,
  requestId: string,
  status: number,
  contentType: string,
  text: string,
  headers: HeaderMap = {},
): void {
  if (isAnswered(res)) return
  const list = [
    // The few answers that may be stored say so themselves.
    ...(HEADERS.cacheControl in headers ? ALWAYS : FIXED),
    HEADERS.contentType,
    contentType,
    'Content-Length',
    String(Buffer.byteLength(text)),
    HEADERS.requestId,
    requestId,
  ]
  if (status === 401) list.push(...CHALLENGE)
  for (const name in headers) list.push(name, headers[name]!)
  res.writeHead(status, list)
  res.end(text)
}

/** Whether there is nobody left to answer, or nothing left to say. */
function isAnswered(res: ServerResponse): boolean {
  // Answered already: the request's deadline was quicker than its handler.
  if (res.writableEnded) return true
  if (!res.headersSent) return false
  // The peer is gone, or a handler failed after its answer had begun.
  res.destroy()
  return true
}
