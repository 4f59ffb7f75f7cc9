import type { ApiRequest } from './apiRequest.ts'
import { ApiError, type FieldFault } from './apiError.ts'
import { parseJson } from './parseJson.ts'

/** What a text field must look like, and how that is said to a developer. */
export interface FieldRule {
  readonly pattern: RegExp
  readonly expected: string
  readonly optional?: true
}

export type FieldRules = Readonly<Record<string, FieldRule>>

/** The body's fields: those with `optional` may be absent. */
export type Fields<Rules extends FieldRules> = {
  readonly [Name in keyof Rules as Rules[Name] extends { optional: true } ? never : Name]: string
} & {
  readonly [Name in keyof Rules as Rules[Name] extends { optional: true } ? Name : never]?: string
}

/**
 * A body that is one flat JSON object of texts, exactly as the rules say.
 * @throws ApiError `invalid_request` with one entry a fault; values are never echoed
 */
export function parseFields<Rules extends FieldRules>(
  req: ApiRequest,
  rules: Rules,
): Fields<Rules> {
  const value = parseJson(req.headers['content-type'], req.rawBody)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw faulty([{ pointer: '#', detail: 'must be an object' }])
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  const faults: FieldFault[] = []
  for (const [name, { pattern, expected, optional }] of Object.entries(rules)) {
    const field = fields.get(name)
    if (field === undefined && optional) continue
    if (typeof field !== 'string' || !pattern.test(field)) {
      faults.push({ pointer: `#/${name}`, detail: `must be ${expected}` })
    }
  }
  if ([...fields.keys()].some((name) => !Object.hasOwn(rules, name))) {
    faults.push({
      pointer: '#',
      detail: `must have no other fields than ${Object.keys(rules).join(', ')}`,
    })
  }
  if (faults.length > 0) throw faulty(faults)
  return value as Fields<Rules>
}

/** For routes that take nothing: an absent body, or `{}` from clients that always send one. */
export function refuseFields(req: ApiRequest): void {
  if (req.rawBody.length > 0) parseFields(req, {})
}

const faulty = (errors: readonly FieldFault[]): ApiError =>
  new ApiError('invalid_request', { errors })
