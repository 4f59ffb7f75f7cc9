import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import { Connection } from './connection.ts'
import { mayEnter } from './hostCheck.ts'
import { urlOf } from './restRequest.ts'
import { namespaceOfHost, type HttpContext } from './serveHttp.ts'

export interface UpgradeContext extends HttpContext {
  readonly sockets: () => Promise<WebSocketServer>
  /** The open connections by session ID, which only its client knows. */
  readonly sessions: Map<string, Connection>
}

/** Takes a WebSocket at `/.ws?v=5&ns=…`, or refuses it with a plain HTTP status. */
export function serveUpgrade(
  context: UpgradeContext,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => undefined)
  const { host = '' } = message.headers
  const url = urlOf(message)
  if (!mayEnter(message.headers, context.hostNames)) return refuse(socket, '403 Forbidden')
  if (url?.pathname !== '/.ws') return refuse(socket, '404 Not Found')
  const version = url.searchParams.get('v')
  const name = url.searchParams.get('ns') ?? namespaceOfHost(host, context)
  if (version !== PROTOCOL_VERSION || !context.namespaces.canHave(name)) {
    return refuse(socket, '400 Bad Request')
  }
  const namespace = context.namespaces.named(name)
  // Whoever reconnects may be faster than the news that its old connection is gone.
  context.sessions.get(url.searchParams.get('ls') ?? '')?.supersede()
  const connect = (webSocket: WebSocket): void => {
    const sessionId = randomBytes(16).toString('hex')
    const { limits } = context
    const options = { socket: webSocket, stream: socket, namespace, host, sessionId, limits }
    context.sessions.set(sessionId, new Connection(options))
    webSocket.on('close', () => context.sessions.delete(sessionId))
  }
  void context.sockets().then((sockets) => sockets.handleUpgrade(message, socket, head, connect))
}

const PROTOCOL_VERSION = '5'

function refuse(socket: Duplex, status: string): void {
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
  socket.end(answer, () => socket.destroy())
}
