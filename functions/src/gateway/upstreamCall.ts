import { setTimeout as sleep } from 'node:timers/promises'
import { circuitBreaker, handleWhen, isBrokenCircuitError, SamplingBreaker } from 'cockatiel'
import type { Dispatcher } from 'undici'
import { unavailable } from '../deadline.ts'
import type { Deadlines } from './upstream.ts'
import { exchange, type UpstreamAnswer, type UpstreamRequest } from './exchange.ts'
import { UpstreamFailure } from './upstreamFailure.ts'

/** One call as it is to be made. */
export interface UpstreamCall extends UpstreamRequest {
  readonly deadlines: Deadlines
  readonly streams: boolean
  readonly secretForms: readonly string[]
  readonly isRevalidation: boolean
  /** The answer broke off after its head was passed on. */
  readonly onCut: (failure: UpstreamFailure) => void
}

export interface CallerOptions {
  readonly name: string
  readonly answerBytesMax: number
  readonly inFlightMax: number
}

/** @throws UpstreamFailure; ApiError `unavailable` when it is not even asked */
export type CallUpstream = (call: UpstreamCall) => Promise<UpstreamAnswer>

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/** A name server or a load balancer needs no longer; nor does a connection that has died. */
const BACKOFF_MS = 50

/**
 * Half of ten or more calls within ten seconds. By share and not by count, so that one app whose own
 * requests fail does not close the upstream to all the others.
 */
const BREAKER = { threshold: 0.5, duration: 10_000, minimumRps: 1 } as const

/** Then one call tries it again. */
const OPEN_MS = 5000

/** Calls one upstream: at most so many at once, not while it is down, once more where that is harmless. */
export function makeCaller(
  pool: Pick<Dispatcher, 'dispatch'>,
  { name, answerBytesMax, inFlightMax }: CallerOptions,
): CallUpstream {
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof UpstreamFailure && error.isOutage),
    { breaker: new SamplingBreaker(BREAKER), halfOpenAfter: OPEN_MS },
  )
  let inFlight = 0

  const once = (call: UpstreamCall, endsAt: number): Promise<UpstreamAnswer> => {
    inFlight += 1
    return exchange(pool, call, {
      deadlines: call.deadlines,
      endsAt,
      bytesMax: answerBytesMax,
      streams: call.streams,
      secretForms: call.secretForms,
      isRevalidation: call.isRevalidation,
      onEnd: (failure) => {
        inFlight -= 1
        if (failure !== undefined) call.onCut(failure)
      },
    })
  }

  const twice = async (call: UpstreamCall, endsAt: number): Promise<UpstreamAnswer> => {
    try {
      return await once(call, endsAt)
    } catch (error) {
      if (!(error instanceof UpstreamFailure && error.again)) throw error
      if (performance.now() + BACKOFF_MS >= endsAt) throw error
      await sleep(BACKOFF_MS)
      return once(call, endsAt)
    }
  }

  return async (call) => {
    if (inFlight >= inFlightMax) throw unavailable(`${name}: too many calls under way; it`)
    const endsAt = performance.now() + call.deadlines.wholeMs
    const attempt = IDEMPOTENT.has(call.method) ? twice : once
    try {
      return await breaker.execute(() => attempt(call, endsAt))
    } catch (error) {
      if (isBrokenCircuitError(error)) throw unavailable(`${name}: its circuit is open; it`)
      throw error
    }
  }
}
