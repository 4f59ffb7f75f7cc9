import { PROFILE } from '@latchkey/protocol'
import { encode } from './webCrypto.ts'

/** What `fetch` takes; only a stream can be read no second time, and is read whole before it is sent. */
export type CallInit = RequestInit

/** A call that is ready to be signed, as often as needed. */
export interface Call {
  /** The whole address. */
  readonly url: string
  /** Path and query below the service's address. */
  readonly target: string
  /** Upper case. */
  readonly method: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: CallBody
}

export interface CallBody {
  readonly contentType: string
  /** A text stays one: React Native sends it better than bytes. */
  readonly content: string | Uint8Array<ArrayBuffer>
  /** What goes over the wire. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The service's address without a slash at its end; a page may give it relative to itself: `/api`. */
export function parseBaseUrl(text: string): URL {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location
  const url = new URL(text.replace(/\/+$/, ''), page?.href)
  if (url.search || url.hash) throw new TypeError('baseUrl has neither query nor fragment')
  return url
}

/** `https://host/api`, and `https://host` when there is no path. */
export const textOf = ({ href }: URL): string => href.replace(/\/$/, '')

/**
 * Reads a call once: its address, headers and all of its body.
 * @throws TypeError for an address that is not below the service's: no other may be sent the key
 */
export async function readCall(base: URL, path: string | URL, init: CallInit = {}): Promise<Call> {
  const target = targetOf(base, path)
  const headers: Record<string, string> = {}
  new Headers(init.headers).forEach((value, name) => (headers[name] = value))
  const body = await readBody(init.body, headers['content-type'])
  return {
    url: textOf(base) + target,
    target,
    method: (init.method ?? 'GET').toUpperCase(),
    headers,
    ...(body && { body }),
  }
}

/** By a URL object, because that escapes as the runtime will: what is signed is what is sent. */
function targetOf(base: URL, path: string | URL): string {
  const start = textOf(base)
  const { href } = new URL(path instanceof URL ? path.href : fullText(start, path), `${start}/`)
  if (!href.startsWith(`${start}/`)) throw new TypeError('only calls below baseUrl are signed')
  const [target = ''] = href.slice(start.length).split('#')
  // A bare `?` is no query.
  return target.endsWith('?') && target.indexOf('?') === target.length - 1
    ? target.slice(0, -1)
    : target
}

/** `/login` and the canonical `/api/login` are the same, whether or not the address ends in `/api`. */
function fullText(start: string, path: string): string {
  if (!path.startsWith('/')) return path
  const { pathPrefix } = PROFILE
  const isCanonical = path.startsWith(`${pathPrefix}/`) && start.endsWith(pathPrefix)
  return start + (isCanonical ? path.slice(pathPrefix.length) : path)
}

async function readBody(
  body: RequestInit['body'],
  givenType: string | undefined,
): Promise<CallBody | undefined> {
  if (body === undefined || body === null) return undefined
  // The service's own endpoints take JSON alone, so a text is that unless the caller says otherwise.
  if (typeof body === 'string') {
    return withContent(body, encode(body), givenType ?? 'application/json')
  }
  const whole = new Response(body)
  const bytes = new Uint8Array(await whole.arrayBuffer())
  const type = givenType ?? whole.headers.get('content-type') ?? 'application/octet-stream'
  return withContent(bytes, bytes, type)
}

/** A body without a byte is none: there is nothing to sign. */
const withContent = (
  content: CallBody['content'],
  bytes: CallBody['bytes'],
  contentType: string,
): CallBody | undefined => (bytes.length === 0 ? undefined : { content, bytes, contentType })
