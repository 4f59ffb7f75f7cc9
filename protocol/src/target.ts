import { canonicalPath } from './canonicalPath.ts'
import { LIMITS } from './limits.ts'

/** A request's target as it is signed and routed. */
export interface Target {
  /** RFC 9421 section 2.2.6 `@path`, verbatim but for the `/api` that canonicalPath adds. */
  readonly path: string
  /** RFC 9421 section 2.2.7 `@query`: verbatim with its `?`, and `?` when there is none. */
  readonly query: string
}

/** RFC 3986 path characters without `;` (path parameters are read differently by every server). */
const PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@%-]*)+$/

/**
 * Visible ASCII without `#`, which is never sent. `?` alone is refused: it would be signed as if there
 * were no query, so one signature would be good for two targets.
 */
const QUERY = /^\?[\x21\x22\x24-\x7e]+$/

/** Empty or dot segments: what one server drops, merges or climbs, another serves. */
const AMBIGUOUS_SEGMENT = /\/(?:\/|\.{1,2}(?:\/|$))/

/** A percent sign without its two digits, or an encoded control character, `.`, `/`, `;` or `\`. */
const AMBIGUOUS_ESCAPE = /%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|2[EeFf]|3[Bb]|5[Cc]|7[Ff])/

/**
 * Reads a request target in origin form (`/path?query`); null for anything that two programs on the
 * way could read differently, and for an absolute URL.
 */
export function parseTarget(target: string): Target | null {
  if (target.length > LIMITS.targetCharsMax) return null
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? '?' : target.slice(mark)
  if (!PATH.test(path) || AMBIGUOUS_SEGMENT.test(path)) return null
  if (mark >= 0 && !QUERY.test(query)) return null
  if (path.includes('%') && AMBIGUOUS_ESCAPE.test(path)) return null
  return { path: canonicalPath(path), query }
}
