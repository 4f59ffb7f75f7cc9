import type { Actor, DatabaseExchange, Exchange, HttpAnswer } from './exchange.ts'

/** Writes down what goes over the wire. */
export interface Recorder {
  /** Like the browser's; what the app sends goes through it. */
  readonly fetch: typeof fetch
  /** The same for somebody else, who has changed these parts of a request. */
  fetchAs(actor: Actor, changed?: readonly string[]): typeof fetch
  note(exchange: DatabaseExchange): void
  /** All since the last time. */
  take(): Exchange[]
}

export function makeRecorder(send: typeof fetch): Recorder {
  let exchanges: Exchange[] = []

  const fetchAs =
    (actor: Actor, changed: readonly string[] = []): typeof fetch =>
    async (input, init = {}) => {
      const startedAt = performance.now()
      const response = await send(input, init)
      const tookMs = Math.round(performance.now() - startedAt)
      exchanges.push({
        kind: 'http',
        actor,
        method: init.method ?? 'GET',
        url: new URL(input instanceof Request ? input.url : input, location.href),
        headers: headerList(init.headers),
        body: typeof init.body === 'string' ? init.body : undefined,
        answer: await readAnswer(response, tookMs),
        changed,
      })
      return response
    }

  return {
    fetch: fetchAs('app'),
    fetchAs,
    note: (exchange) => void exchanges.push(exchange),
    take: () => {
      const taken = exchanges
      exchanges = []
      return taken
    },
  }
}

async function readAnswer(response: Response, tookMs: number): Promise<HttpAnswer> {
  // The app reads the answer itself, and a body can be read only once.
  const body = await response.clone().text()
  return { status: response.status, headers: response.headers, body, tookMs }
}

/** A `Headers` object would sort them and change their case. */
function headerList(headers: HeadersInit = []): (readonly [string, string])[] {
  if (headers instanceof Headers) return [...headers]
  if (!Array.isArray(headers)) return Object.entries(headers)
  return headers.map(([name = '', value = '']) => [name, value] as const)
}
