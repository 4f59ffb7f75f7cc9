/** What each kind of failure means for the caller, for the breaker and for whoever reads the log. */
export const SMS_FAILURES = {
  /** The provider refused this number or text. */
  rejected: {
    title: 'refused the message',
    mayHaveBeenSent: false,
    isRetryable: false,
    isOutage: false,
  },
  /** Credentials, account or settings are wrong: nothing goes out until an operator acts. */
  misconfigured: {
    title: 'is not set up to send',
    mayHaveBeenSent: false,
    isRetryable: false,
    isOutage: false,
  },
  /** Not an outage: a caller who can provoke it for one number must not stop all others. */
  throttled: {
    title: 'asks to slow down',
    mayHaveBeenSent: false,
    isRetryable: true,
    isOutage: false,
  },
  /** No connection, so not a byte of the message has left. */
  unreachable: {
    title: 'cannot be reached',
    mayHaveBeenSent: false,
    isRetryable: true,
    isOutage: true,
  },
  /** A provider that recognises a repeat by its ID says that it cannot serve now. */
  unavailable: {
    title: 'cannot serve now',
    mayHaveBeenSent: false,
    isRetryable: true,
    isOutage: true,
  },
  /** No answer, or one that does not say: a repeat might be a second SMS. */
  uncertain: {
    title: 'gave no usable answer',
    mayHaveBeenSent: true,
    isRetryable: false,
    isOutage: true,
  },
  /** The breaker is open: the provider was not asked. */
  open: {
    title: 'is given time to recover',
    mayHaveBeenSent: false,
    isRetryable: true,
    isOutage: false,
  },
} as const

export type SmsFailureKind = keyof typeof SMS_FAILURES

export interface SmsFailureDetail {
  readonly httpStatus?: number
  /** The provider's own error number; at most 5 digits, so that no code or number fits in. */
  readonly providerCode?: string | undefined
  readonly retryAfterMs?: number | null
}

/** A message that was not accepted. Made of table entries and short numbers only (threat T23). */
export class SmsFailure extends Error {
  override readonly name = 'SmsFailure'
  readonly provider: string
  readonly kind: SmsFailureKind
  /** For logs that keep an error's code and drop its text. */
  readonly code: `sms_${SmsFailureKind}`
  readonly httpStatus: number | null
  readonly providerCode: string | null
  /** How long the provider asks to wait, if it does. */
  readonly retryAfterMs: number | null
  /** The message may have gone out, and been charged, all the same. */
  readonly mayHaveBeenSent: boolean
  /** The same message may be sent again later without the risk of a double one. */
  readonly retryable: boolean

  constructor(provider: string, kind: SmsFailureKind, detail: SmsFailureDetail = {}) {
    const { httpStatus, retryAfterMs = null } = detail
    const providerCode = shortCode(detail.providerCode)
    super(
      [
        `${provider} ${SMS_FAILURES[kind].title}`,
        httpStatus === undefined ? '' : `, HTTP ${httpStatus}`,
        providerCode === null ? '' : `, code ${providerCode}`,
      ].join(''),
    )
    this.provider = provider
    this.kind = kind
    this.code = `sms_${kind}`
    this.httpStatus = httpStatus ?? null
    this.providerCode = providerCode
    this.retryAfterMs = retryAfterMs
    this.mayHaveBeenSent = SMS_FAILURES[kind].mayHaveBeenSent
    this.retryable = SMS_FAILURES[kind].isRetryable
  }
}

/** A provider could echo the phone number or the six-digit code where its error number belongs. */
const shortCode = (code: string | undefined): string | null =>
  code !== undefined && /^\d{1,5}$/.test(code) ? code : null
