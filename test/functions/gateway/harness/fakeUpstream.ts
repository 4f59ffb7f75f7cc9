import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'

/** What an upstream was sent, as it was on the wire. */
export interface Seen {
  readonly method: string
  readonly url: string
  /** Lower-case name and value, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export interface FakeUpstream {
  readonly origin: string
  /** All requests so far. */
  readonly seen: Seen[]
  close(): Promise<void>
}

/** A third-party API that keeps what it was sent, and answers by `answer`. */
export async function startFakeUpstream(
  answer: (res: ServerResponse, seen: Seen) => void = (res) => void res.end('{}'),
): Promise<FakeUpstream> {
  const seen: Seen[] = []
  const server = createServer((req, res) => {
    void readAll(req).then((body) => {
      const { method = '', url = '', rawHeaders } = req
      const headers = rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1]!] as const] : [],
      )
      const one = { method, url, headers, body }
      seen.push(one)
      answer(res, one)
    })
  })
  return {
    ...(await listening(server)),
    seen,
    close: () => closing(server, () => server.closeAllConnections()),
  }
}

/** One that speaks no HTTP, or bad: `connected` gets each connection once its first bytes have come. */
export async function startRawUpstream(
  connected: (socket: Socket, nth: number) => void,
): Promise<Pick<FakeUpstream, 'origin' | 'close'> & { connections(): number }> {
  const sockets = new Set<Socket>()
  let count = 0
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    const nth = (count += 1)
    socket.on('error', () => undefined)
    socket.once('data', () => connected(socket, nth))
  })
  return {
    ...(await listening(server)),
    connections: () => count,
    close: () =>
      closing(server, () => {
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function closing(server: Server, cut: () => void): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  cut()
  await closed
}

async function readAll(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}
