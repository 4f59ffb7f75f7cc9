/** What a run has found and done; where BEHAVIOUR observes, what it would have done. */
export interface AssessReport {
  /** Days of keys that were looked through. */
  readonly rows: number
  /** Installs that were assessed. */
  readonly assessed: number
  readonly step_up: number
  readonly prolong: number
  readonly suspend: number
  /** Written by another run meanwhile. */
  readonly changed: number
  /** The time did not suffice: the next run goes on there. */
  readonly isLeft: boolean
}
