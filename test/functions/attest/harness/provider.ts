import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '../../harness/instance.ts'

/** A provider's server as it should not be: answers what the test says. */
export interface FakeProvider {
  readonly url: string
  /** Requests so far, with their bodies. */
  readonly asked: readonly string[]
  answer: (res: ServerResponse, req: IncomingMessage) => void
  close(): Promise<void>
}

export async function startProvider(answer: FakeProvider['answer']): Promise<FakeProvider> {
  const asked: string[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (part: Buffer) => (body += part.toString()))
    req.on('end', () => {
      asked.push(body)
      provider.answer(res, req)
    })
  })
  const port = await listen(server)
  const provider: FakeProvider = {
    url: `http://127.0.0.1:${port}/`,
    asked,
    answer,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}

export const json =
  (value: unknown): FakeProvider['answer'] =>
  (res) =>
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))

/** By what is wrong with an answer. */
export const BROKEN: Readonly<Record<string, FakeProvider['answer']>> = {
  'an error': (res) => res.writeHead(500).end('{}'),
  'no JSON': (res) => res.end('<html>'),
  'nothing at all': (res) => res.end(),
  'another type': (res) => res.end('"keys"'),
  null: (res) => res.end('null'),
  'a redirect': (res) => res.writeHead(302, { Location: 'http://127.0.0.1:9/' }).end(),
  'more than anybody sends': (res) => res.end(`{"keys":"${'x'.repeat(70_000)}"}`),
  'half of it': (res) => {
    res.writeHead(200, { 'Content-Length': '1000' })
    res.write('{"keys":')
    setImmediate(() => res.destroy())
  },
}
