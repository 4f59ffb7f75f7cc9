import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocketServer } from 'ws'
import { Backlog } from './backlog.ts'
import type { Connection } from './connection.ts'
import { serveHttp, type HttpContext } from './serveHttp.ts'
import { serveUpgrade } from './serveUpgrade.ts'

/** A listening server. */
export interface Network {
  readonly port: number
  /** Cuts all connections: a client of a test may have gone without saying so. */
  readonly disconnect: () => Promise<void>
}

/** Takes HTTP and WebSocket connections on an interface. Rejects if the port is taken. */
export async function listen(
  context: HttpContext,
  { port, host }: { port: number; host: string },
): Promise<Network> {
  const server = createServer((message, response) => void serveHttp(context, message, response))
  let loaded: Promise<WebSocketServer> | undefined
  const sockets = (): Promise<WebSocketServer> => (loaded ??= loadSockets(context))
  const upgrades = { ...context, sockets, sessions: new Map<string, Connection>() }
  server.on('upgrade', (message, socket, head) => {
    serveUpgrade(upgrades, message, socket, head)
  })
  await listening(server, port, host)
  void sockets()
  const address = server.address() as AddressInfo
  const backlog = new Backlog(context.limits.unreadTotalBytesMax)
  server.on('connection', (socket) => backlog.follow(socket))
  const checks = setInterval(() => backlog.check(), BACKLOG_CHECK_MS)
  const end = (): Promise<void> => {
    clearInterval(checks)
    return sockets().then((loaded) => disconnect(server, loaded))
  }
  return { port: address.port, disconnect: end }
}

/** A third of the time that a server takes to start: it passes while the first client is on its way. */
async function loadSockets({ limits }: HttpContext): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws')
  const maxPayload = limits.messageCharsMax
  return new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
}

/** Long enough for anyone who reads at all, short enough that little piles up meanwhile. */
const BACKLOG_CHECK_MS = 1000

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function disconnect(server: Server, sockets: WebSocketServer): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await new Promise<void>((resolve) => sockets.close(() => resolve()))
  await ended
}
