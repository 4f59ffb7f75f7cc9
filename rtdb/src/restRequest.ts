import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { actAs, identify, nobody, type Identity } from './auth.ts'
import { parseUrl } from './parseUrl.ts'
import { Refusal } from './refusal.ts'

/** A REST request as its handlers need it: what is asked, of which database, by whom. */
export interface RestRequest {
  /** Upper case, after `X-HTTP-Method-Override`. */
  readonly method: string
  /** Decoded, without `.json`, such as `/a/b`. */
  readonly path: string
  readonly namespace: string | null
  readonly identity: Identity
  readonly params: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

/** Reads everything but the body. Throws Refusal. */
export function parseRestRequest(message: IncomingMessage): RestRequest {
  const { headers } = message
  const url = urlOf(message)
  if (!url) throw new Refusal('invalid_path')
  const params = url.searchParams
  return {
    method: methodOf(message, params),
    path: pathOf(url.pathname),
    namespace: params.get('ns'),
    identity: identityOf(headers, params),
    params,
    headers,
  }
}

/** The URL that was asked for; its host is a placeholder. */
export function urlOf({ url = '/' }: IncomingMessage): URL | null {
  return parseUrl(`http://host${url}`)
}

/** Only a POST may be overridden: a GET, which any page's image can send, must never write. */
function methodOf({ method = 'GET', headers }: IncomingMessage, params: URLSearchParams): string {
  const header = headers['x-http-method-override']
  const override = header ?? params.get('x-http-method-override')
  return method === 'POST' && typeof override === 'string' ? override.toUpperCase() : method
}

/** An encoded slash would move a key's border, so segments are decoded one by one. */
function pathOf(pathname: string): string {
  if (!pathname.endsWith('.json')) throw new Refusal('not_json_path')
  const keys = pathname.slice(0, -'.json'.length).split('/').map(decode)
  if (keys.some((key) => key.includes('/'))) throw new Refusal('invalid_path')
  return keys.join('/')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Refusal('invalid_path')
  }
}

/** Only the very word `owner` makes an owner; any other credential must prove a user. */
function identityOf(headers: IncomingHttpHeaders, params: URLSearchParams): Identity {
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  const credential = bearer ?? params.get('access_token') ?? params.get('auth')
  if (credential === null) return nobody
  return actAs(identify(credential), overrideOf(params.get('auth_variable_override')))
}

function overrideOf(json: string | null): unknown {
  if (json === null) return undefined
  try {
    return JSON.parse(json)
  } catch {
    throw new Refusal('invalid_token', 'auth_variable_override is not JSON.')
  }
}
