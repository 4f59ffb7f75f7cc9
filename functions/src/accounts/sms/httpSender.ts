import { setTimeout as sleep } from 'node:timers/promises'
import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel'
import { exchange } from './exchange.ts'
import { SMS_FAILURES, SmsFailure } from './smsFailure.ts'
import type { SmsProvider } from './smsProvider.ts'
import type { SmsMessage, SmsReceipt, SmsSender } from './smsSender.ts'

export interface HttpSenderOptions {
  /** For one message with all its attempts. */
  readonly deadlineMs: number
  readonly now: () => number
  readonly wait?: (ms: number) => Promise<unknown>
}

/** One outage may be chance; five messages in a row without any answer of use are not. */
const OUTAGES_UNTIL_OPEN = 5

/** Then one message tries the provider again, while the others wait for its result. */
const OPEN_MS = 30_000

/** Waits before the second and third attempt: a name server or a load balancer needs no longer. */
const BACKOFF_MS = [250, 1000] as const

/**
 * Sends through a provider, within a deadline, and stops asking one that is down. The breaker belongs
 * to this instance of the service: it spares waiting, it is no budget.
 *
 * A message is sent again only where it cannot arrive twice: better one SMS lost than two paid for.
 *
 * | outcome                            | twilio | twilio-verify | vonage | webhook |
 * |------------------------------------|--------|---------------|--------|---------|
 * | no connection (`unreachable`)      | again  | again         | again  | again   |
 * | throttled, with `Retry-After`      | again  | again         | again  | again   |
 * | throttled, without                 | fails  | fails         | fails  | fails   |
 * | 503                                | fails  | fails         | fails  | again, for it knows the ID |
 * | timeout, reset, other 5xx, garbage | fails  | fails         | fails  | fails   |
 * | refused, or misconfigured          | fails  | fails         | fails  | fails   |
 */
export function makeHttpSender(provider: SmsProvider, options: HttpSenderOptions): SmsSender {
  const breaker = circuitBreaker(handleWhenResult(isOutage), {
    breaker: new ConsecutiveBreaker(OUTAGES_UNTIL_OPEN),
    halfOpenAfter: OPEN_MS,
  })
  return {
    name: provider.name,
    send: async (message) => {
      const result = await breaker
        .execute(() => deliver(provider, message, options))
        .catch((error: unknown) => {
          if (isBrokenCircuitError(error)) return new SmsFailure(provider.name, 'open')
          throw error
        })
      if (result instanceof SmsFailure) throw result
      return result
    },
  }
}

const isOutage = (result: unknown): boolean =>
  result instanceof SmsFailure && SMS_FAILURES[result.kind].isOutage

/** Attempts until one is final, or the next would begin after the deadline. */
async function deliver(
  provider: SmsProvider,
  message: SmsMessage,
  { deadlineMs, now, wait = sleep }: HttpSenderOptions,
): Promise<SmsReceipt | SmsFailure> {
  const endsAt = now() + deadlineMs
  for (let attempt = 0; ; attempt += 1) {
    const result = await attemptOnce(provider, message, {
      deadlineMs: endsAt - now(),
      nowMs: now(),
    })
    const waitMs = waitBeforeNext(result, attempt)
    if (waitMs === null || now() + waitMs >= endsAt) return result
    await wait(waitMs)
  }
}

async function attemptOnce(
  provider: SmsProvider,
  message: SmsMessage,
  times: { readonly deadlineMs: number; readonly nowMs: number },
): Promise<SmsReceipt | SmsFailure> {
  if (times.deadlineMs <= 0) return new SmsFailure(provider.name, 'unreachable')
  const request = provider.request(message, times.nowMs)
  if (request instanceof SmsFailure) return request
  const answer = await exchange(request, times)
  return typeof answer === 'string' ? new SmsFailure(provider.name, answer) : provider.read(answer)
}

/** In ms, or null when the result is final. Never shorter than the provider asks for. */
function waitBeforeNext(result: SmsReceipt | SmsFailure, attempt: number): number | null {
  const backoffMs = BACKOFF_MS[attempt]
  if (backoffMs === undefined || !(result instanceof SmsFailure) || !result.retryable) return null
  // Without a date an early repeat would only add to the load that the provider complains of.
  if (result.kind === 'throttled' && result.retryAfterMs === null) return null
  return Math.max(backoffMs, result.retryAfterMs ?? 0)
}
