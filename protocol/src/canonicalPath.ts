import { PROFILE } from './profile.ts'

/**
 * The path that is signed: always `/api/...`. Behind Hosting and in the local server a request's path
 * has the prefix; the function of that name at `...cloudfunctions.net/api`, on Cloud Run or in the
 * Functions emulator sees it without. All of them must verify the same signature.
 */
export function canonicalPath(path: string): string {
  const { pathPrefix } = PROFILE
  return path.startsWith('/api/') || path === pathPrefix ? path : pathPrefix + path
}
