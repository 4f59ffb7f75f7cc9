import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import { Connection } from './connection.ts'
import { mayEnter } from './hostCheck.ts'
import { urlOf } from './restRequest.ts'
import { namespaceOfHost, type HttpContext } from './serveHttp.ts'

/** Takes a WebSocket at `/.ws?v=5&ns=…`, or refuses it with a plain HTTP status. */
export function serveUpgrade(
  context: HttpContext & { sockets: WebSocketServer },
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
  context.sockets.handleUpgrade(message, socket, head, (webSocket) => {
    const sessionId = randomBytes(16).toString('hex')
    const { limits } = context
    new Connection({ socket: webSocket, stream: socket, namespace, host, sessionId, limits })
  })
}

const PROTOCOL_VERSION = '5'

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
