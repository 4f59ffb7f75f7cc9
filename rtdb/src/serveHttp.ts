import type { IncomingMessage, ServerResponse } from 'node:http'
import { mayEnter } from './hostCheck.ts'
import type { Limits } from './limits.ts'
import type { Namespaces } from './namespaces.ts'
import { Refusal } from './refusal.ts'
import { serveRest } from './rest.ts'
import { errorReply, sendReply } from './restReply.ts'
import { parseRestRequest } from './restRequest.ts'
import { serveSetting, SETTINGS } from './settings.ts'
import type { Triggers } from './triggers/triggers.ts'

/** What every request of a server shares. */
export interface HttpContext {
  readonly namespaces: Namespaces
  /** The database of requests that name none, neither by `ns` nor by their host. */
  readonly namespaceOfAddress: string
  /** The host names, besides those of loopback, that belong to this server and its users. */
  readonly hostNames: ReadonlySet<string>
  readonly limits: Limits
  readonly nextPushId: () => string
  readonly triggers: Triggers
  readonly log: (line: string) => void
}

/** Answers one HTTP request. Never rejects: whatever goes wrong becomes an answer. */
export async function serveHttp(
  context: HttpContext,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A client may go at any time; without a listener that would end the process.
  response.on('error', () => undefined)
  try {
    if (!mayEnter(message.headers, context.hostNames)) throw new Refusal('foreign_host')
    setCommonHeaders(message, response)
    if (message.method === 'OPTIONS') return void sendPreflight(message, response)
    const request = parseRestRequest(message)
    const name = request.namespace ?? namespaceOfHost(message.headers.host, context)
    const namespace = context.namespaces.named(name)
    const serve = request.path.startsWith(SETTINGS) ? serveSetting : serveRest
    await serve({ ...context, namespace, request, message, response })
  } catch (error) {
    sendError(context, message, response, error)
  }
}

/** The first label of a host of several, such as `demo-x.localhost`, names the database if `ns` does not. */
export function namespaceOfHost(host = '', { namespaceOfAddress }: HttpContext): string {
  const [label, ...rest] = host.replace(/:\d+$/, '').split('.')
  const isAddress = rest.length === 0 || /^[\d.]+$/.test(host.replace(/:\d+$/, ''))
  return isAddress || label === undefined ? namespaceOfAddress : label
}

/** Every page that got this far may read the answer; none but a page may be told to run it. */
function setCommonHeaders({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', headers.origin ?? '*')
  response.setHeader('Access-Control-Expose-Headers', 'ETag')
  response.setHeader('Vary', 'Origin')
  response.setHeader('Cache-Control', 'no-cache')
  response.setHeader('X-Content-Type-Options', 'nosniff')
}

function sendPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const asked = headers['access-control-request-headers']
  response
    .writeHead(200, {
      'Access-Control-Allow-Methods': 'GET, PUT, PATCH, POST, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': asked ?? '*',
      'Access-Control-Max-Age': '3600',
    })
    .end()
}

function sendError(
  { log, limits }: HttpContext,
  message: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  // What is left of the body is read and dropped: a client that still sends would not see its answer.
  message.resume()
  if (response.headersSent || message.errored) return void response.destroy()
  const reply = errorReply(error)
  if (!reply) log(`internal error: ${String(error)}`)
  const { httpStatus, message: text } = new Refusal('internal')
  const shown = reply ?? { status: httpStatus, json: { error: text } }
  sendReply(response, shown, new URLSearchParams(), limits)
}
