import CachePolicy from 'http-cache-semantics'
import { LRUCache } from 'lru-cache'
import type { AnswerHeaders } from './passedHeaders.ts'

/** What an answer is kept under: all that can make one differ from another. */
export interface CacheKey {
  /** `name`, then the install's key ID or `public`, then path and query: a line each. */
  readonly uri: string
  /** The headers that the app has chosen: none of them can be left out, declared in `Vary` or not (threat T21). */
  readonly chosen: string
}

/** A request as RFC 9111 looks at it, by lower-case name. */
export interface CacheRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** An answer that is kept. */
export interface KeptAnswer {
  /** Name and value in turn. */
  readonly headers: readonly string[]
  readonly content: Buffer
}

/** `age` and `ttl` in whole seconds. */
export type Found =
  | {
      readonly kind: 'hit'
      readonly answer: KeptAnswer
      readonly age: number
      readonly ttl: number
    }
  /** `ask`: the headers that ask whether it is still good, name and value in turn; empty when nothing does. */
  | { readonly kind: 'stale'; readonly why: 'stale' | 'request'; readonly ask: readonly string[] }
  | { readonly kind: 'miss'; readonly why: 'uri-miss' | 'vary-miss' }

/** What has come from the upstream, all of it. */
export interface FreshAnswer extends KeptAnswer {
  readonly status: number
  /** As they were received. */
  readonly received: AnswerHeaders
}

export interface AnswerCache {
  find(key: CacheKey, request: CacheRequest): Found
  /** Keeps an answer as far as it and the request let us; else forgets the one before. True: kept. */
  keep(key: CacheKey, request: CacheRequest, answer: FreshAnswer, ttlSecondsMax: number): boolean
  /** After a 304: the kept content under the new headers, or undefined when it does not belong to them. */
  renew(
    key: CacheKey,
    request: CacheRequest,
    received: AnswerHeaders,
    passed: (merged: AnswerHeaders) => readonly string[],
    ttlSecondsMax: number,
  ): KeptAnswer | undefined
  /** After a change of what stands at an address (RFC 9111 section 4.4). */
  forget(uri: string): void
}

interface Entry {
  readonly policy: CachePolicy
  readonly answer: KeptAnswer
  /** Unix milliseconds: by our own limit, whatever the answer says. */
  readonly endsAt: number
  /** Until then it is fresh by what it says itself; it was made then. Reckoned once: the package does it anew each time. */
  readonly freshUntil: number
  readonly bornAt: number
  /** All that it takes in memory but its key. */
  readonly bytes: number
}

/** Header combinations per address: enough for languages and formats, too few to fill the memory with. */
const CHOICES_MAX = 8

/** An entry's own objects, roughly. */
const ENTRY_BYTES = 1024

/**
 * What a header takes besides its characters, and a directive of `Cache-Control` once it is read, where each
 * has a name of its own: 98, measured. It is less where all answers have the same names.
 */
const PART_BYTES = 96

/** As `bytesOf` counts: 40 headers with 4 kB of names and values. More is seldom, and other answers need the room. */
const HEADER_BYTES_MAX = 8 * 1024

/**
 * A shared cache after RFC 9111 in this instance's memory, bounded by bytes. Stricter than it has to be:
 * an answer is kept only if it says for how long, and never with `Set-Cookie`, `private` or `no-store`.
 */
export function makeAnswerCache({
  bytesMax,
  now,
}: {
  bytesMax: number
  now: () => number
}): AnswerCache {
  const Policy = policyWith(now)
  const entries = new LRUCache<string, Map<string, Entry>>({
    maxSize: bytesMax,
    sizeCalculation: (choices, uri) => {
      let bytes = uri.length
      // What the app has chosen stands in the key, and in the policy of an answer that has `Vary`.
      for (const [chosen, entry] of choices) bytes += 2 * chosen.length + entry.bytes
      return bytes
    },
  })

  const entryOf = (
    policy: CachePolicy,
    answer: KeptAnswer,
    received: AnswerHeaders,
    ttlSecondsMax: number,
  ): Entry => ({
    policy,
    answer,
    bytes: ENTRY_BYTES + bytesOf(received) + charactersOf(answer.headers) + answer.content.length,
    endsAt: now() + ttlSecondsMax * 1000,
    freshUntil: now() + freshMs(policy),
    bornAt: now() - policy.age() * 1000,
  })

  const put = ({ uri, chosen }: CacheKey, entry: Entry): void => {
    const choices = new Map(entries.peek(uri))
    choices.delete(chosen)
    choices.set(chosen, entry)
    if (choices.size > CHOICES_MAX) choices.delete(choices.keys().next().value!)
    entries.set(uri, choices)
  }
  const drop = ({ uri, chosen }: CacheKey): void => {
    const choices = new Map(entries.peek(uri))
    if (!choices.delete(chosen)) return
    if (choices.size === 0) entries.delete(uri)
    else entries.set(uri, choices)
  }

  return {
    find: ({ uri, chosen }, request) => {
      const choices = entries.get(uri)
      if (choices === undefined) return URI_MISS
      const entry = choices.get(chosen)
      if (entry === undefined) return VARY_MISS
      const { policy, answer, endsAt, freshUntil, bornAt } = entry
      const nowMs = now()
      const leftMs = Math.min(freshUntil, endsAt) - nowMs
      const isFresh = leftMs > 0
      const { 'cache-control': wish, pragma } = request.headers
      const isUseful =
        wish === undefined && pragma === undefined
          ? isFresh
          : endsAt > nowMs && policy.satisfiesWithoutRevalidation(request)
      if (isUseful) {
        const age = Math.floor((nowMs - bornAt) / 1000)
        return { kind: 'hit', answer, age, ttl: Math.floor(leftMs / 1000) }
      }
      const validators = policy.revalidationHeaders(request)
      const ask = VALIDATORS.flatMap((name) => {
        const value = validators[name]
        return typeof value === 'string' ? [name, value] : []
      })
      return { kind: 'stale', why: isFresh ? 'request' : 'stale', ask }
    },

    keep: (key, request, { status, received, headers, content }, ttlSecondsMax) => {
      const response = { status, headers: normal(received) }
      const policy = new Policy(withoutDemands(request), response, OPTIONS)
      if (!mayKeep(request, status, received, policy)) {
        drop(key)
        return false
      }
      const answer = { headers, content: ownCopy(content) }
      put(key, entryOf(policy, answer, received, ttlSecondsMax))
      return entries.has(key.uri)
    },

    renew: (key, request, received, passed, ttlSecondsMax) => {
      const entry = entries.peek(key.uri)?.get(key.chosen)
      if (entry === undefined) return undefined
      const { policy, modified, matches } = entry.policy.revalidatedPolicy(
        withoutDemands(request),
        {
          status: 304,
          headers: { ...validatorsOf(entry.policy, received), ...normal(received) },
        },
      )
      drop(key)
      if (modified || !matches) return undefined
      const merged = policy.responseHeaders() as AnswerHeaders
      const answer = { headers: passed(merged), content: entry.answer.content }
      const all = { ...merged, ...received }
      if (mayKeep(request, 200, all, policy)) {
        put(key, entryOf(policy, answer, all, ttlSecondsMax))
      }
      return answer
    },

    forget: (uri) => void entries.delete(uri),
  }
}

const URI_MISS: Found = { kind: 'miss', why: 'uri-miss' }
const VARY_MISS: Found = { kind: 'miss', why: 'vary-miss' }

const VALIDATORS = ['if-none-match', 'if-modified-since'] as const

const OPTIONS: CachePolicy.Options = {
  shared: true,
  // Nothing is kept by guess (RFC 9111 section 4.2.2).
  cacheHeuristic: 0,
  immutableMinTimeToLive: 0,
}

/** Whatever else stands there, quoted or not. */
const NEVER = /(?:^|[\s,])(?:no-store|private)(?:$|[\s,=])/
const NO_STORE = /(?:^|[\s,])no-store(?:$|[\s,=])/

function mayKeep(
  { method, headers }: CacheRequest,
  status: number,
  received: AnswerHeaders,
  policy: CachePolicy,
): boolean {
  return (
    method === 'GET' &&
    // An error that is kept is how a cache is poisoned.
    status === 200 &&
    !NO_STORE.test(headers['cache-control'] ?? '') &&
    bytesOf(received) <= HEADER_BYTES_MAX &&
    received['set-cookie'] === undefined &&
    !NEVER.test(textOf(received['cache-control']).toLowerCase()) &&
    !textOf(received['vary']).includes('*') &&
    policy.storable() &&
    freshMs(policy) > 0
  )
}

/** What the headers of an answer take in a policy, which keeps all of them, and the directives one by one. */
function bytesOf(received: AnswerHeaders): number {
  let bytes = 0
  for (const name in received) {
    const text = textOf(received[name])
    bytes += PART_BYTES + name.length + text.length
    if (name === 'cache-control') bytes += PART_BYTES * text.split(',').length
  }
  return bytes
}

const charactersOf = (texts: readonly string[]): number =>
  texts.reduce((sum, { length }) => sum + length, 0)

/**
 * A policy keeps what the app demands of the cache as well, which can be as long as a head may be; it was
 * heeded by then, and is asked of each request anew.
 */
function withoutDemands({ method, url, headers }: CacheRequest): CacheRequest {
  const { 'cache-control': control, pragma, ...others } = headers
  const hasNone = control === undefined && pragma === undefined
  return { method, url, headers: hasNone ? headers : others }
}

/** It comes as a part of something larger: what was read from the connection, or Node's pool of 8 kB. */
function ownCopy(content: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(content.length)
  content.copy(own)
  return own
}

/**
 * Those of the kept answer, where a 304 has none: it was asked about exactly these. It should repeat them
 * (RFC 9110 section 15.4.5), and many servers do not.
 */
function validatorsOf(policy: CachePolicy, { etag, 'last-modified': date }: AnswerHeaders) {
  if (etag !== undefined || date !== undefined) return {}
  const { etag: ours, 'last-modified': ourDate } = policy.responseHeaders()
  return {
    ...(ours !== undefined && { etag: ours }),
    ...(ourDate !== undefined && { 'last-modified': ourDate }),
  }
}

/** RFC 9111 section 4.2; not `timeToLive`, which also counts the time in which it may be used stale. */
const freshMs = (policy: CachePolicy): number => (policy.maxAge() - policy.age()) * 1000

/**
 * As http-cache-semantics reads them: names of directives without regard to case (RFC 9111 section
 * 5.2), one text for each header.
 */
function normal(headers: AnswerHeaders): CachePolicy.Headers {
  const texts = Object.entries(headers).map(([name, value]) => [name, textOf(value)] as const)
  return {
    ...Object.fromEntries(texts),
    ...(headers['cache-control'] !== undefined && {
      'cache-control': textOf(headers['cache-control']).toLowerCase(),
    }),
  }
}

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '')

/** The package asks the real clock unless it is told otherwise; 304 makes further ones of the same class. */
function policyWith(now: () => number): typeof CachePolicy {
  return class extends CachePolicy {
    now(): number {
      return now()
    }
  }
}
