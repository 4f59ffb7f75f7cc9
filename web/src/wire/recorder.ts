import type { Actor, DatabaseExchange, Exchange, HttpAnswer, Told } from './exchange.ts'

/** Writes down what goes over the wire. */
export interface Recorder {
  /** Like the browser's; what the app sends goes through it. */
  readonly fetch: typeof fetch
  /**
   * The same for somebody else, who has changed these parts.
   * @param alter makes another answer of the service's, on the way
   */
  fetchAs(actor: Actor, changed?: readonly string[], alter?: Alter): typeof fetch
  /** What the app makes of this body, which it alone can decrypt. */
  tell(body: string, told: Told): void
  note(exchange: DatabaseExchange): void
  /** All since the last time. */
  take(): Exchange[]
}

export type Alter = (answer: Response) => Promise<Response>

export function makeRecorder(send: typeof fetch): Recorder {
  let exchanges: Exchange[] = []
  let tolds = new Map<string, Told>()

  const fetchAs =
    (
      actor: Actor,
      changed: readonly string[] = [],
      alter: Alter = (answer) => Promise.resolve(answer),
    ): typeof fetch =>
    async (input, init = {}) => {
      const startedAt = performance.now()
      const response = await alter(await send(input, init))
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
    tell: (body, told) => void tolds.set(body, told),
    take: () => {
      const taken = exchanges.map((exchange) => withTold(exchange, tolds))
      exchanges = []
      tolds = new Map()
      return taken
    },
  }
}

/** It is known only later than the exchange: the app decrypts what it has got. */
function withTold(exchange: Exchange, tolds: ReadonlyMap<string, Told>): Exchange {
  if (exchange.kind === 'database') return exchange
  const { body = '', answer } = exchange
  const plaintext = tolds.get(body)?.plaintext
  return { ...exchange, plaintext, answer: { ...answer, told: tolds.get(answer.body) } }
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
