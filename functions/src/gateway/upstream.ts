/** A third-party API behind `/api/proxy/{name}/…`, as it is declared in upstreams.ts. */
export interface Upstream {
  /** Stands in the path, and in the scope that a key needs: `proxy:{name}`. */
  readonly name: string
  /** `https://host` or `https://host:port`: requests go there and nowhere else. */
  readonly origin: string
  /** What it may be asked. All else is 404. */
  readonly paths: readonly UpstreamPath[]
  /** What authorises us there; it never leaves this service but for the origin. */
  readonly secret?: UpstreamSecret
  /** Sent with each request, as an API version is. */
  readonly fixedHeaders?: Readonly<Record<string, string>>
  /** Headers of the app that pass, besides `Accept`, and `Content-Type` with a body. */
  readonly requestHeaders?: readonly string[]
  /** Headers of the answer that pass, besides `Content-Type`, `Content-Language` and `Retry-After`. */
  readonly responseHeaders?: readonly string[]
  readonly deadlines?: Partial<Deadlines>
  /** Raw bytes of a request's body. */
  readonly bodyBytesMax?: number
  /** Bytes of an answer; the connection is cut at the first byte beyond. */
  readonly answerBytesMax?: number
  /** Calls of one install, counted by each instance on its own. */
  readonly limit?: { readonly quota: number; readonly windowSeconds: number }
  /** Calls under way at once, per instance: a slow upstream must leave room for everything else. */
  readonly inFlightMax?: number
}

export type UpstreamMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface UpstreamPath {
  readonly methods: readonly UpstreamMethod[]
  /** `/v1/charges/{id}/refunds`: segments that are fixed, and in braces those that the app chooses. */
  readonly template: string
  /** Names of query parameters that may be sent. Without it: none. */
  readonly query?: readonly string[]
  /** GET answers may be kept, as far as RFC 9111 and the answer's own headers let them. */
  readonly cache?: {
    /** `install`: each has its own copies. `public`: all share them, so the answer must not depend on who asks. */
    readonly for: 'install' | 'public'
    /** However long the answer says. */
    readonly ttlSecondsMax: number
  }
  /** Begin each answer at once, whatever its type. Events (SSE) and JSON lines are never held back. */
  readonly streams?: boolean
  /** Other than the upstream's, as for a stream. */
  readonly deadlines?: Partial<Deadlines>
}

/** In ms. */
export interface Deadlines {
  readonly connectMs: number
  /** From the request to the head of the answer. */
  readonly headersMs: number
  /** Between two parts of the answer. */
  readonly idleMs: number
  /** From the request to the end of the answer, retries included. */
  readonly wholeMs: number
}

export interface UpstreamSecret {
  /** Of Secret Manager: `defineSecret('NAME')`. */
  readonly param: { readonly name: string; value(): string }
  readonly goes: SecretPlace
}

export type SecretPlace =
  /** `{ in: 'header', name: 'Authorization', prefix: 'Bearer ' }` */
  | { readonly in: 'header'; readonly name: string; readonly prefix?: string }
  | { readonly in: 'query'; readonly name: string }
  /** `Authorization: Basic`, the secret being the password; without a username it is `user:password`. */
  | { readonly in: 'basic'; readonly username?: string }

/** What is not declared. */
export const UPSTREAM_DEFAULTS = {
  deadlines: {
    // A connection that takes longer is not going to come about while a person waits.
    connectMs: 2000,
    headersMs: 5000,
    idleMs: 5000,
    // Below the 10 s in which every request is to be answered.
    wholeMs: 8000,
  },
  // As everywhere else.
  bodyBytesMax: 16 * 1024,
  // Larger than nearly all JSON, small beside an instance's memory.
  answerBytesMax: 1024 * 1024,
  limit: { quota: 60, windowSeconds: 60 },
  // A quarter of what one instance works on at the same time (CONCURRENCY).
  inFlightMax: 20,
} as const
