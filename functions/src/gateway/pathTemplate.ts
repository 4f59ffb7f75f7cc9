import { ApiError } from '../http/apiError.ts'

/** One segment: a text that must be there, or undefined where the app chooses. */
export type PathTemplate = readonly (string | undefined)[]

const FIXED = /^[A-Za-z0-9._~-]+$/
const CHOSEN = /^\{[A-Za-z][A-Za-z0-9]*\}$/

/** `/v1/charges/{id}`; null when it is malformed. */
export function parseTemplate(text: string): PathTemplate | null {
  const [before, ...segments] = text.split('/')
  if (before !== '' || segments.length === 0) return null
  const isGood = segments.every(
    (segment) => CHOSEN.test(segment) || (FIXED.test(segment) && !DOTS.test(segment)),
  )
  return isGood ? segments.map((each) => (CHOSEN.test(each) ? undefined : each)) : null
}

/**
 * The segments of a path in which nothing is encoded any more.
 * @throws ApiError `invalid_request` for what is not UTF-8, as overlong forms of `/` and `.` are
 */
export function decodeSegments(path: string): string[] {
  try {
    const segments = path.slice(1).split('/')
    return path.includes('%') ? segments.map(decodeURIComponent) : segments
  } catch {
    throw new ApiError('invalid_request', { detail: 'path encoding' })
  }
}

/**
 * The path as it goes upstream, every chosen segment encoded anew; null when the template does not fit.
 * What could be read as anything but one segment by a server that decodes twice, folds Unicode or
 * takes `\` and `;` for separators fits no template (threat T20).
 */
export function fillTemplate(template: PathTemplate, segments: readonly string[]): string | null {
  if (segments.length !== template.length) return null
  let path = ''
  for (const [at, segment] of segments.entries()) {
    const fixed = template[at]
    if (fixed !== undefined ? segment !== fixed : !isOneSegment(segment)) return null
    path += `/${fixed ?? (PLAIN.test(segment) ? segment : encodeURIComponent(segment))}`
  }
  return path
}

/** A name; no number or identifier is longer. */
const SEGMENT_CHARS_MAX = 256

/** Current and parent folder, and what Windows makes of more dots. */
const DOTS = /^\.+$/

/** Separators of some server, `%` of a second encoding, control characters. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f/\\;?#%]/

/** Nothing to be encoded, folded or doubted. */
const PLAIN = /^[A-Za-z0-9_~-]{1,256}$/

function isOneSegment(text: string): boolean {
  if (PLAIN.test(text)) return true
  if (text === '' || text.length > SEGMENT_CHARS_MAX) return false
  // Full-width dots and slashes become plain ones in a server that normalises.
  const folded = text.normalize('NFKC')
  return ![text, folded].some((form) => DOTS.test(form) || UNSAFE.test(form))
}
