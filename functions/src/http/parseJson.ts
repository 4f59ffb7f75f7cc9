import { ApiError } from './apiError.ts'

/** Levels of nesting; the contract's bodies have one. */
const DEPTH_MAX = 8
/** Keys and elements altogether. */
const KEYS_MAX = 64

/** Names that reach an object's prototype in code that assigns by key. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

const MEDIA_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i

/**
 * A body as JSON.
 * @throws ApiError `unsupported_media_type` unless it is declared as JSON in UTF-8, `invalid_request`
 * for malformed UTF-8 or JSON, too much depth or too many keys
 */
export function parseJson(contentType: string | undefined, body: Buffer): unknown {
  if (contentType === undefined || !MEDIA_TYPE.test(contentType)) {
    throw new ApiError('unsupported_media_type', { detail: 'content type' })
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    throw malformed('must be JSON in UTF-8')
  }
  countKeys(value, DEPTH_MAX, 0)
  return value
}

/** Goes no deeper than `depthLeft`, so a body of 16,000 brackets cannot exhaust the stack. */
function countKeys(value: unknown, depthLeft: number, counted: number): number {
  if (typeof value !== 'object' || value === null) return counted
  if (depthLeft === 0) throw malformed(`must not nest deeper than ${DEPTH_MAX} levels`)
  let count = counted
  for (const [key, child] of Object.entries(value)) {
    count += 1
    if (count > KEYS_MAX) throw malformed(`must not have more than ${KEYS_MAX} keys`)
    if (FORBIDDEN_KEYS.has(key)) throw malformed('has a forbidden key')
    count = countKeys(child, depthLeft - 1, count)
  }
  return count
}

const malformed = (detail: string): ApiError =>
  new ApiError('invalid_request', { errors: [{ pointer: '#', detail }] })
