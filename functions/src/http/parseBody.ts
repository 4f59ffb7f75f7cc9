import type { core } from 'zod/mini'
import type { ApiRequest } from './apiRequest.ts'
import { ApiError, type FieldFault } from './apiError.ts'
import { parseJson } from './parseJson.ts'

/** What zod calls a schema, as far as it is needed here: no import, so that zod is loaded late. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly core.$ZodIssue[] } }
}

/**
 * The JSON body, exactly of the schema's shape.
 * @throws ApiError `unsupported_media_type`, or `invalid_request` with one entry a fault: its place
 * (RFC 6901 as a URI fragment) and what is expected, never the value
 */
export function parseBody<T>(req: ApiRequest, schema: Schema<T>): T {
  const result = schema.safeParse(parseJson(req.headers['content-type'], req.rawBody))
  if (result.success) return result.data
  throw new ApiError('invalid_request', { errors: result.error.issues.map(faultOf) })
}

/** Names of unknown fields are the sender's text, and so are not repeated. */
function faultOf(issue: core.$ZodIssue): FieldFault {
  const pointer = ['#', ...issue.path.map(String)].join('/')
  if (issue.code === 'unrecognized_keys') return { pointer, detail: 'must have no other fields' }
  return { pointer, detail: issue.message }
}

/**
 * For routes that take nothing.
 * @throws ApiError `invalid_request`
 */
export function refuseBody(req: ApiRequest): void {
  if (isEmptyBody(req)) return
  throw new ApiError('invalid_request', { errors: [{ pointer: '#', detail: 'must be empty' }] })
}

/** Nothing, or the `{}` of clients that always send an object. */
export const isEmptyBody = ({ rawBody }: ApiRequest): boolean =>
  rawBody.length === 0 || /^\s*\{\s*\}\s*$/.test(rawBody.toString('latin1'))
