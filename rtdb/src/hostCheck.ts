import { isIP } from 'node:net'
import { parseUrl } from './parseUrl.ts'

/** The headers that tell where a request comes from and whom it believes to address. */
export interface Provenance {
  host?: string | undefined
  origin?: string | undefined
  'sec-fetch-site'?: string | string[] | undefined
}

/**
 * Whether a request may be served. Anyone on this machine may act as the owner here, so a web page of somebody else,
 * open in the developer's browser, must not get in:
 * - not by DNS rebinding: its own name then stands in `Host`, so that must be a loopback name, an address or a name given;
 * - not by plain cross-origin requests or WebSockets: `Origin` must be a page of this machine, or of a name given;
 * - not by requests that carry no `Origin` (an image): browsers mark those in `Sec-Fetch-Site`.
 * Programs other than browsers send neither `Origin` nor `Sec-Fetch-Site`.
 */
export function mayEnter(headers: Provenance, namesGiven: ReadonlySet<string>): boolean {
  const host = hostnameOf(`http://${headers.host ?? ''}`)
  if (host === null) return false
  const known = (name: string): boolean => isLoopback(name) || namesGiven.has(name)
  // An address cannot be rebound: only names can.
  if (!known(host) && !isAddress(host)) return false
  if (headers.origin !== undefined) {
    const origin = hostnameOf(headers.origin)
    return origin !== null && (known(origin) || origin === host)
  }
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

/** Browsers resolve `localhost` and everything below it to the loopback interface without asking DNS. */
function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

const isAddress = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, '')) !== 0

/** The host name of an http(s) origin in normal form, or null (`null` is the origin of sandboxed and local pages). */
function hostnameOf(origin: string): string | null {
  const name = parseUrl(origin)?.hostname
  return name === undefined || name === '' ? null : name
}
