import type { ErrorCode } from '@latchkey/protocol'

/** What differs from the good request; all else stays as it is. */
export interface Change {
  readonly target?: string
  /** By the name that the good request has; null: the header is left out. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Further header lines behind the others. */
  readonly moreHeaders?: readonly (readonly [name: string, value: string])[]
  /** The empty text: no body. */
  readonly body?: string
  /** The server's clock, in Unix seconds. */
  readonly serverSeconds?: number
  /** What differs in the key's record; null: there is none. */
  readonly record?: Readonly<Record<string, unknown>> | null
  /** The good request was accepted a moment ago. */
  readonly isRepeated?: true
}

export interface Accepted extends Change {
  readonly title: string
}

export interface Refused extends Change {
  readonly title: string
  readonly code: ErrorCode
  /** The service's own word for it, which its log has and its answer has not. */
  readonly reason: string
}
