import { ERRORS, type ErrorCode } from '@latchkey/protocol'

/** One fault of a body: where (RFC 6901, as a URI fragment) and what is expected, never what was sent. */
export interface FieldFault {
  readonly pointer: string
  readonly detail: string
}

export interface ApiErrorOptions {
  /** For the log; never sent. */
  readonly detail?: string
  readonly errors?: readonly FieldFault[]
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** An answer other than success. Status and public text come from the table of `code`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly options: ApiErrorOptions

  constructor(code: ErrorCode, options: ApiErrorOptions = {}) {
    super(options.detail ?? ERRORS[code].title)
    this.code = code
    this.options = options
  }
}
