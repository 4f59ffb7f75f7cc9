import { request } from 'node:http'
import type { Outgoing } from './signed.ts'

export interface Received {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names as they were sent, in their order. */
  readonly headerNames: readonly string[]
  readonly text: string
  /** The text as JSON. */
  readonly json: Readonly<Record<string, unknown>>
}

/** Header lines may be given as a list (name, value, name, value, …), in which one can be twice. */
type Sendable = Partial<Omit<Outgoing, 'headers'>> & {
  readonly headers?: Outgoing['headers'] | readonly string[]
}

/** Sends a request exactly as it is given: target and header names are not normalised. */
export function send(port: number, { method, target, headers, body }: Sendable): Promise<Received> {
  const options = { port, host: '127.0.0.1', method, path: target, headers, agent: false as const }
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (part: string) => (text += part))
      res.on('error', reject)
      res.on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          headerNames: res.rawHeaders.filter((_, at) => at % 2 === 0),
          text,
          get json() {
            return JSON.parse(text) as Record<string, unknown>
          },
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
