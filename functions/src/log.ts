import { write } from 'firebase-functions/logger'
import type { ErrorCode } from '@latchkey/protocol'
import type { AssessReport } from './behaviour/report.ts'
import type { SweepReport } from './sweep/report.ts'

/** Every line the service writes. A field that is not named here cannot be logged (threat T23). */
export type LogEvent =
  | { readonly event: 'started'; readonly masterVersion: number }
  | {
      readonly event: 'refused'
      readonly requestId: string
      readonly route: string
      readonly code: ErrorCode
      readonly reason: string
      readonly keyId?: string
    }
  | {
      /** Would be refused if its route enforced attestation. */
      readonly event: 'observed'
      readonly requestId: string
      readonly route: string
      readonly code: ErrorCode
      readonly reason: string
    }
  | { readonly event: 'refusals'; readonly counts: Readonly<Record<string, number>> }
  | { readonly event: 'failed'; readonly requestId: string; readonly error: LoggedError }
  | { readonly event: 'issued' | 'rotated' | 'revoked'; readonly requestId: string }
  | { readonly event: 'use_not_recorded'; readonly keyId: string; readonly error: LoggedError }
  | {
      readonly event: 'usage_dropped'
      readonly keys: number
      readonly requests: number
      readonly error?: LoggedError
    }
  | {
      readonly event: 'sms_sent'
      readonly id: string
      readonly country: string
      readonly provider: string
      /** The provider's name for the text, to be found in its own logs and delivery reports. */
      readonly providerId?: string
      readonly state: string
    }
  | {
      readonly event: 'sms_failed'
      readonly id: string
      readonly country: string
      readonly provider: string
      readonly error: LoggedError
    }
  | {
      /** `hint` is a sentence of ours, for the operator: it names params, and never their values. */
      readonly event: 'sms_countries_none' | 'sms_sender_console' | 'settings_wrong'
      readonly hint: string
    }
  | { readonly event: 'upstream_secret_unusable'; readonly upstream: string }
  | {
      readonly event: 'upstream_cut'
      readonly requestId: string
      readonly upstream: string
      readonly kind: string
    }
  | { readonly event: 'assess_off' }
  | {
      readonly event: 'assessed'
      readonly shard: number
      readonly mode: 'observe' | 'enforce'
      readonly report: AssessReport
      readonly ms: number
    }
  | { readonly event: 'assess_failed'; readonly shard: number; readonly error: LoggedError }
  | {
      /** What was done to an install for its behaviour, or would have been. */
      readonly event: 'behaviour'
      readonly keyId: string
      readonly action: 'step_up' | 'prolong' | 'suspend'
      readonly mode: 'observe' | 'enforce'
      readonly score: number
      /** Those that have added to it, most first. */
      readonly features: readonly string[]
    }
  | { readonly event: 'sweep_failed'; readonly shard: number; readonly error: LoggedError }
  | {
      readonly event: 'swept'
      /** Which of the databases. */
      readonly shard: number
      readonly report: SweepReport
      readonly ms: number
    }

/** An error without its message: libraries quote what they were given, which may be a secret. */
export interface LoggedError {
  readonly name: string
  readonly code?: string
  readonly frames: readonly string[]
}

export type Log = (event: LogEvent) => void

const SEVERITY = {
  started: 'INFO',
  issued: 'INFO',
  rotated: 'INFO',
  revoked: 'INFO',
  swept: 'INFO',
  sms_sent: 'INFO',
  sms_failed: 'WARNING',
  sms_countries_none: 'WARNING',
  sms_sender_console: 'WARNING',
  settings_wrong: 'ERROR',
  upstream_cut: 'WARNING',
  upstream_secret_unusable: 'ERROR',
  refused: 'NOTICE',
  observed: 'NOTICE',
  refusals: 'NOTICE',
  use_not_recorded: 'WARNING',
  usage_dropped: 'WARNING',
  failed: 'ERROR',
  assess_off: 'INFO',
  assessed: 'INFO',
  behaviour: 'WARNING',
  assess_failed: 'ERROR',
  sweep_failed: 'ERROR',
} as const

/** Writes one structured line to Cloud Logging. */
export const log: Log = (event) => {
  write({ severity: SEVERITY[event.event], message: event.event, ...event })
}

export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  const { name, message, stack = '' } = error
  // Only behind the message, which may hold anything, even lines that look like frames.
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n')
  return {
    name,
    ...('code' in error && { code: String(error.code).slice(0, 64) }),
    frames: frames
      .filter((line) => /^\s+at /.test(line))
      .slice(0, FRAMES_MAX)
      .map((line) => line.trim()),
  }
}

/** Enough to find the place; a line of Cloud Logging is paid for by its length. */
const FRAMES_MAX = 8
