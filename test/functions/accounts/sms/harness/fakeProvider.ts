import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it arrived. */
export interface Received {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** The fields of a form. */
  readonly form: Readonly<Record<string, string>>
  /** The client's port: another one is another connection. */
  readonly port: number
}

/** One answer: JSON with a status, or what to do with the connection. */
export type FakeAnswer =
  | {
      readonly status: number
      readonly json?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | ((request: IncomingMessage, response: ServerResponse) => void)

export interface FakeProvider {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** Answers in turn; the last one again and again. */
  readonly answer: (...answers: FakeAnswer[]) => void
  readonly close: () => Promise<void>
}

/** A provider's server on loopback, which records what it is sent. */
export async function startFakeProvider(port = 0): Promise<FakeProvider> {
  const received: Received[] = []
  let answers: FakeAnswer[] = []
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      received.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
        form: Object.fromEntries(new URLSearchParams(body)),
        port: request.socket.remotePort ?? 0,
      })
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (typeof answer === 'function') return answer(request, response)
      response.writeHead(answer?.status ?? 500, {
        'content-type': 'application/json',
        ...answer?.headers,
      })
      response.end(JSON.stringify(answer?.json ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    received,
    answer: (...next) => {
      answers = next
    },
    close: () => closeServer(server),
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) text += chunk as string
  return text
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
