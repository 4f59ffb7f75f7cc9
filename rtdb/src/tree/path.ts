import { DataError } from './dataError.ts'
import { keyFault } from './keys.ts'
import { LIMITS } from './limits.ts'
import type { Path } from './node.ts'

/**
 * `/a/b` as keys; empty pieces are left out, as the SDKs do. Takes decoded text.
 * Throws a DataError on a key that cannot be (`.info` and `.priority` too) or on too many keys.
 */
export function parsePath(text: string): Path {
  const path = text.split('/').filter((key) => key !== '')
  if (path.length > LIMITS.depthMax) {
    throw new DataError(`Invalid path: more than ${LIMITS.depthMax} keys deep`)
  }
  for (const key of path) {
    const fault = keyFault(key)
    if (fault !== null) throw new DataError(`Invalid path: Invalid token in path: a key ${fault}`)
  }
  return path
}

export function formatPath(path: Path): string {
  return `/${path.join('/')}`
}

/** A path that may be written: it may end in `/.priority`, which then alone is meant. */
export function parseWritePath(text: string): { path: Path; isPriority: boolean } {
  const node = text.replace(/(^|\/)\.priority\/?$/, '')
  return { path: parsePath(node), isPriority: node !== text }
}
