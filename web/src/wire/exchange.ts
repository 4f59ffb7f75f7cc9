/** Who has sent it: the app, or somebody who attacks it. */
export type Actor = 'app' | 'attacker'

/** A request as it went over the wire, and what came back. */
export interface HttpExchange {
  readonly kind: 'http'
  readonly actor: Actor
  readonly method: string
  readonly url: URL
  /** In the order and spelling in which they were given; the browser adds its own. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | undefined
  /** What its encrypted body says. */
  readonly plaintext?: string | undefined
  readonly answer: HttpAnswer
  /** Parts that an attacker has changed: `body`, `answer`, or names of headers in lower case. */
  readonly changed: readonly string[]
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly tookMs: number
  readonly told?: Told | undefined
}

/** What the app makes of an encrypted body. */
export interface Told {
  readonly plaintext?: string
  /** The code with which the app itself refuses an answer. */
  readonly refusal?: string
}

/** A look into the database, and what it showed. */
export interface DatabaseExchange {
  readonly kind: 'database'
  readonly actor: Actor
  readonly path: string
  /** Who is signed in. */
  readonly uid: string
  readonly answer: { readonly value: unknown } | { readonly refusal: string }
}

export type Exchange = HttpExchange | DatabaseExchange

/** The outcome in one word: a problem's code, a status, or what the database said. */
export interface Outcome {
  readonly isRefused: boolean
  readonly status: number | undefined
  /** Of a problem (RFC 9457), or the database's word. */
  readonly code: string | undefined
}

export function outcomeOf(exchange: Exchange): Outcome {
  if (exchange.kind === 'database') {
    const code = 'refusal' in exchange.answer ? exchange.answer.refusal : undefined
    return { isRefused: code !== undefined, status: undefined, code }
  }
  const { status, body, told } = exchange.answer
  if (told?.refusal !== undefined) return { isRefused: true, status, code: told.refusal }
  return { isRefused: status >= 400, status, code: codeIn(told?.plaintext ?? body) }
}

function codeIn(body: string): string | undefined {
  try {
    const { code } = JSON.parse(body) as { readonly code?: unknown }
    return typeof code === 'string' ? code : undefined
  } catch {
    return undefined
  }
}
