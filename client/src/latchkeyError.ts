import { HEADERS, type ErrorCode } from '@latchkey/protocol'

const define = <Code extends string>(table: Readonly<Record<Code, string>>) => table

/** What can go wrong on the app's side, besides the codes of the service. */
export const LOCAL_ERRORS = define({
  sign_in_failed: 'Firebase Auth did not sign the app in, or gave no ID token.',
  unreachable: 'The service could not be reached.',
  bad_answer: 'The answer is none of the service: something on the way has made it.',
  drop_unreadable: 'The database refused to show what was dropped: are its rules deployed?',
  timed_out: 'The key did not arrive before the deadline.',
  user_changed: 'Another user is signed in than the one whom the key was issued to.',
  storage_failed: 'The storage could not read or keep the key.',
  encryption_refused: 'The key came without the encryption that was asked for.',
  answer_not_encrypted: 'The answer is in the clear: who has made it is not known.',
  answer_undecryptable: 'The answer is not encrypted to this install, or was changed.',
})

export type LatchkeyErrorCode = ErrorCode | keyof typeof LOCAL_ERRORS

/** What a problem of the service says besides its code (RFC 9457). */
export interface LatchkeyErrorDetails extends ErrorOptions {
  /** HTTP status; undefined when there was no answer. */
  readonly status?: number | undefined
  /** To be quoted when the error is reported to the service's operator. */
  readonly requestId?: string | undefined
  /** URL of the page that explains the code. */
  readonly type?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** False when the service says that registering anew is of no use. */
  readonly mayRegister?: boolean
}

/** Every failure that is not the caller's own mistake (that one is a `TypeError`). */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError'
  readonly code: LatchkeyErrorCode
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly type: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly mayRegister: boolean

  constructor(
    code: LatchkeyErrorCode,
    details: LatchkeyErrorDetails = {},
    message = (LOCAL_ERRORS as Partial<Record<string, string>>)[code] ?? code,
  ) {
    super(message, details)
    this.code = code
    this.status = details.status
    this.requestId = details.requestId
    this.type = details.type
    this.retryAfterSeconds = details.retryAfterSeconds
    this.mayRegister = details.mayRegister ?? true
  }
}

/**
 * What a refused call says, as a typed error; `bad_answer` when the answer is no problem of the service.
 * The answer itself stays readable.
 * @example if (!response.ok) throw await readError(response)
 */
export async function readError(response: Response): Promise<LatchkeyError> {
  const { status, headers } = response
  const problem = await readProblem(response)
  const details = {
    status,
    requestId: headers.get(HEADERS.requestId) ?? undefined,
    retryAfterSeconds: readSeconds(headers.get('Retry-After')),
  }
  if (problem === undefined) return new LatchkeyError('bad_answer', details)
  const { code, type, detail, register } = problem
  const mayRegister = register !== 'never'
  return new LatchkeyError(code, { ...details, type, mayRegister }, `${code}: ${detail}`)
}

interface Problem {
  readonly code: ErrorCode
  readonly type: string
  readonly detail: string
  /** `never`: the install is barred, and a new key would be, too. */
  readonly register?: unknown
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json'))
    return undefined
  try {
    const problem = (await response.clone().json()) as Problem | null
    return typeof problem?.code === 'string' ? problem : undefined
  } catch {
    return undefined // cut off on the way
  }
}

const readSeconds = (text: string | null): number | undefined =>
  text !== null && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined
