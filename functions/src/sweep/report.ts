/** What a sweep has done; in a dry run, what it would have. */
export interface SweepReport {
  readonly dryRun: boolean
  readonly removed: {
    readonly challenges: number
    readonly drops: number
    readonly installs: number
    /** Anonymous users of Firebase Auth. */
    readonly users: number
    /** Minutes, hours and days of nonces and counters, empty ones included. */
    readonly windows: number
    readonly revocations: number
    /** Codes, cooldowns and idempotency records. */
    readonly expired: number
    /** Accounts whose sign-up was never confirmed. */
    readonly pending: number
    /** Days of usage of keys, and of networks. */
    readonly usage: number
    /** What behaviour was found to be, long ago. */
    readonly risks: number
  }
  /** Keys made dormant: they go when their grace is over, unless they are used. */
  readonly marked: number
  readonly kept: {
    /** Dormant keys that were used, and are active again. */
    readonly revived: number
    /** Idle, but an operator has to decide. */
    readonly suspended: number
    /** Changed while they were looked at: the next sweep looks again. */
    readonly changed: number
  }
  /** What the time did not suffice for: the next sweep goes on there. */
  readonly left: readonly string[]
}
