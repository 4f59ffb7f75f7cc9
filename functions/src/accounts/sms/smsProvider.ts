import type { SmsFailure } from './smsFailure.ts'
import type { SmsMessage, SmsReceipt } from './smsSender.ts'

/** A provider with an HTTP API, as two pure functions: what to send it, and what its answer means. */
export interface SmsProvider {
  readonly name: string
  /** A failure when this provider cannot carry such a message. Each attempt builds its request anew. */
  request(message: SmsMessage, nowMs: number): SmsRequest | SmsFailure
  read(answer: SmsAnswer): SmsReceipt | SmsFailure
}

/** Always a POST. */
export interface SmsRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SmsAnswer {
  readonly status: number
  readonly retryAfterMs: number | null
  /** Null when the body is not a JSON object, too long, or did not arrive whole. */
  readonly json: Readonly<Record<string, unknown>> | null
}
