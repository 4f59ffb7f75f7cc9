/** Where a name and a code may go unencrypted: nowhere but on this machine. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * The URL in its normal form; null unless it is https (http on loopback).
 * No user, query or fragment: a credential in a URL ends up in logs.
 */
export function parseEndpoint(text: string): string | null {
  const url = /[?#]/.test(text) ? null : parseUrl(text)
  if (url === null) return null
  const { protocol, hostname, username, password, href } = url
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
  return isSafe && username === '' && password === '' ? href : null
}

/** Not `URL.canParse`: once optimised, that of Node 20 gives wrong answers. */
function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
