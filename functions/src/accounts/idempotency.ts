import { FORMATS } from '@latchkey/protocol'
import type { Database } from '../database.ts'
import { ApiError } from '../http/apiError.ts'
import type { Answer, ApiRequest } from '../http/apiRequest.ts'
import { installOf } from '../http/apiRequest.ts'
import type { AccountKeys } from './accountKeys.ts'

/** `Idempotency-Key`: a repeat gets the first answer and does nothing, at whichever instance. */
export type Once = (req: ApiRequest, work: () => Promise<Answer>) => Promise<Answer>

interface Record {
  /** A keyed hash of path and body: a plain one would let its reader try numbers and passwords. */
  readonly request: string
  readonly expiresAt: number
  /** After that, work that never ended (its instance died) is given up. */
  readonly runningUntil: number
  /** Absent while the first is running. */
  readonly answer?: string
}

const KEPT_MS = 24 * 60 * 60 * 1000
const RUNNING_MS = 60_000

export interface OnceParts {
  readonly database: Database
  readonly keys: Pick<AccountKeys, 'requestHash'>
  /** Unix milliseconds. */
  readonly now: () => number
}

/** @throws ApiError `invalid_request`, `idempotency_mismatch`, `conflict` while the first is running */
export function makeOnce({ database, keys, now }: OnceParts): Once {
  return async (req, work) => {
    const header = req.headers['idempotency-key']
    if (header === undefined) return work()
    if (typeof header !== 'string' || !FORMATS.idempotencyKey.test(header)) {
      throw new ApiError('invalid_request', { detail: 'idempotency key' })
    }
    const path = `idempotency/${installOf(req).keyId}-${keys.requestHash(header).slice(0, 22)}`
    const request = keys.requestHash(`${req.routePath}\n${req.rawBody.toString('latin1')}`)
    const begun = { request, expiresAt: now() + KEPT_MS, runningUntil: now() + RUNNING_MS }
    if (!(await database.create(path, begun))) {
      return repeat((await database.read(path)) as Record | null, request)
    }
    const answer = await work().catch(async (error: unknown) => {
      // Nothing was bought: a later try with the same key shall be allowed to.
      await database.write({ [path]: null }).catch(() => undefined)
      throw error
    })
    // From here on the text is bought: without a stored answer, repeats are told to wait.
    await database.create(`${path}/answer`, JSON.stringify(answer)).catch(() => undefined)
    return answer
  }
}

function repeat(record: Record | null, request: string): Answer {
  if (record !== null && record.request !== request) throw new ApiError('idempotency_mismatch')
  if (record?.answer === undefined) throw new ApiError('conflict', { retryAfterSeconds: 2 })
  return JSON.parse(record.answer) as Answer
}
