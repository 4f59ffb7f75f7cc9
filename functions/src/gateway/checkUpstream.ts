import { whyNever } from './neverPass.ts'
import { parseTemplate, type PathTemplate } from './pathTemplate.ts'
import {
  UPSTREAM_DEFAULTS,
  type Deadlines,
  type SecretPlace,
  type Upstream,
  type UpstreamMethod,
  type UpstreamPath,
} from './upstream.ts'

/** An upstream as it is worked with: complete, and every part of it found good. */
export interface CheckedUpstream extends Required<
  Omit<Upstream, 'secret' | 'paths' | 'deadlines'>
> {
  readonly paths: readonly CheckedPath[]
  readonly secret: Upstream['secret']
  /** The longest of its paths. */
  readonly wholeMsMax: number
  readonly connectMs: number
  /** Each once. */
  readonly methods: readonly UpstreamMethod[]
}

export interface CheckedPath {
  readonly methods: ReadonlySet<string>
  readonly template: PathTemplate
  readonly query: ReadonlySet<string>
  readonly cache: UpstreamPath['cache']
  readonly streams: boolean
  readonly deadlines: Deadlines
}

export interface CheckOptions {
  /** Whether this is a local run, where an upstream may be a fake on this machine. */
  readonly isEmulated: boolean
  /** What a request may take before the platform cuts it. */
  readonly timeoutMs: number
  /** Other origins by name, in local runs. */
  readonly origins: ReadonlyMap<string, string>
}

/**
 * Reads the declarations.
 * @throws TypeError that names the upstream and what is wrong with it
 */
export function checkUpstreams(
  upstreams: readonly Upstream[],
  options: CheckOptions,
): readonly CheckedUpstream[] {
  const names = new Set(upstreams.map(({ name }) => name))
  if (names.size < upstreams.length) throw new TypeError('upstreams: a name is there twice')
  return upstreams.map((upstream) => {
    try {
      return checkUpstream(upstream, options)
    } catch (error) {
      throw new TypeError(`upstream ${upstream.name}: ${(error as Error).message}`)
    }
  })
}

/** As a scope and a path may hold it. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/

function checkUpstream(upstream: Upstream, options: CheckOptions): CheckedUpstream {
  const { name, secret, requestHeaders = [], responseHeaders = [], fixedHeaders = {} } = upstream
  demand(NAME.test(name), 'the name must be lower-case letters, digits and dashes, at most 32')
  const origin = checkOrigin(options.origins.get(name) ?? upstream.origin, options.isEmulated)
  demand(upstream.paths.length > 0, 'it has no paths')
  for (const header of requestHeaders) checkHeader('request', header)
  for (const header of responseHeaders) checkHeader('response', header)
  for (const [header, value] of Object.entries(fixedHeaders)) {
    checkHeader('request', header.toLowerCase())
    demand(VALUE.test(value), `the value of ${header} must be visible ASCII`)
    demand(
      !requestHeaders.includes(header.toLowerCase()),
      `${header} cannot both pass and be fixed`,
    )
  }
  if (secret !== undefined) checkSecret(secret.goes, upstream)
  const { bodyBytesMax, answerBytesMax, limit, inFlightMax } = { ...UPSTREAM_DEFAULTS, ...upstream }
  demand(isWhole(bodyBytesMax, 0, BODY_BYTES_MOST), `bodyBytesMax is at most ${BODY_BYTES_MOST}`)
  demand(isWhole(answerBytesMax, 1, 2 ** 31), 'answerBytesMax is out of range')
  demand(isWhole(inFlightMax, 1, 1000), 'inFlightMax is out of range')
  demand(
    isWhole(limit.quota, 1, 1e6) && isWhole(limit.windowSeconds, 1, 86_400),
    'limit is out of range',
  )
  const paths = upstream.paths.map((path) => checkPath(path, upstream, options))
  return {
    ...{ name, origin, secret, requestHeaders, responseHeaders, fixedHeaders, paths },
    ...{ bodyBytesMax, answerBytesMax, limit, inFlightMax },
    wholeMsMax: Math.max(...paths.map(({ deadlines }) => deadlines.wholeMs)),
    connectMs: { ...UPSTREAM_DEFAULTS.deadlines, ...upstream.deadlines }.connectMs,
    methods: [...new Set(upstream.paths.flatMap(({ methods }) => methods))],
  }
}

/** It is in memory as a whole; more would need another way to verify it. */
const BODY_BYTES_MOST = 10 * 1024 * 1024

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Not as it was written, but as it was understood. */
function checkOrigin(text: string, isEmulated: boolean): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new TypeError('the origin is not a URL')
  }
  demand(url.username === '' && url.password === '', 'credentials belong in the secret')
  const isBare = url.pathname === '/' && url.search === '' && url.hash === ''
  demand(isBare && !/[?#]/.test(text), 'the origin must have neither path nor query')
  const isLocal = LOOPBACK.test(url.hostname)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLocal && isEmulated)
  demand(isSafe, 'the origin must be https (http only on loopback, in the emulators)')
  demand(!isLocal || isEmulated, 'the origin must not be this machine')
  return url.origin
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

function checkHeader(way: 'request' | 'response', name: string): void {
  demand(TOKEN.test(name), `${name} is not a header name in lower case`)
  const why = whyNever(way, name)
  demand(why === undefined, `${name} must not pass: it ${why}`)
}

function checkSecret(
  goes: SecretPlace,
  { requestHeaders = [], fixedHeaders = {}, paths }: Upstream,
) {
  if (goes.in === 'query') {
    demand(/^[A-Za-z0-9_.-]+$/.test(goes.name), 'the name of the secret’s parameter is malformed')
    const isTaken = ({ query = [] }: UpstreamPath) =>
      query.some((name) => name.toLowerCase() === goes.name.toLowerCase())
    demand(!paths.some(isTaken), `the app must not send ${goes.name}: it is the secret’s`)
    return
  }
  const header = goes.in === 'basic' ? 'authorization' : goes.name.toLowerCase()
  demand(TOKEN.test(header), 'the name of the secret’s header is malformed')
  const fixed = Object.keys(fixedHeaders).map((name) => name.toLowerCase())
  demand(![...requestHeaders, ...fixed].includes(header), `${header} is the secret’s`)
  const why = header === 'authorization' ? undefined : whyNever('request', header)
  demand(why === undefined, `the secret cannot go into ${header}: it ${why}`)
  if (goes.in === 'basic') demand(!/[:\s]/.test(goes.username ?? ''), 'the username is malformed')
  else demand(/^[\x20-\x7e]*$/.test(goes.prefix ?? ''), 'the secret’s prefix must be ASCII')
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

function checkPath(path: UpstreamPath, upstream: Upstream, options: CheckOptions): CheckedPath {
  const template = parseTemplate(path.template)
  if (template === null) throw new TypeError(`template ${path.template} is malformed`)
  demand(path.methods.length > 0, `${path.template} has no methods`)
  demand(
    path.methods.every((each) => METHODS.has(each)),
    `${path.template} has an unknown method`,
  )
  const deadlines = { ...UPSTREAM_DEFAULTS.deadlines, ...upstream.deadlines, ...path.deadlines }
  for (const [name, ms] of Object.entries(deadlines)) {
    demand(isWhole(ms, 1, options.timeoutMs - 1), `${name} must be below TIMEOUT_SECONDS`)
  }
  const { cache } = path
  if (cache !== undefined) {
    demand(path.methods.includes('GET'), `${path.template} keeps answers, but has no GET`)
    demand(isWhole(cache.ttlSecondsMax, 1, 31_536_000), 'ttlSecondsMax is out of range')
    demand(path.streams !== true, `${path.template} cannot both stream and keep answers`)
  }
  return {
    ...{ template, cache, deadlines, streams: path.streams ?? false },
    methods: new Set(path.methods),
    query: new Set(path.query),
  }
}

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

function demand(isGood: boolean, otherwise: string): asserts isGood {
  if (!isGood) throw new TypeError(otherwise)
}
