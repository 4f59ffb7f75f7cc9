import type { ErrorCode } from '@latchkey/protocol'

/** What is counted by the hour for a key, because behaviour is judged by it. Honest traffic counts none. */
export const SIGNALS = [
  /** A wrong signature under a genuine API key: by whoever knows the key, and not its secret. */
  'forged',
  /** Signed, but not fresh. */
  'stale',
  /** Signed, fresh, and seen before. */
  'replayed',
  /** Above its rate. */
  'limited',
  /** Above a budget of texts. */
  'budget',
  /** A wrong code of an account. */
  'otp',
  /** A wrong password. */
  'login',
  /** A scope or a path that its key has not. */
  'probing',
  /** Looked at by attestation, and not found genuine. */
  'unattested',
  /** A call of a route that sends a text. */
  'sms',
  /** A call of another account route. */
  'accounts',
  /** A flush in which it made more than half of the requests that its rate allows in a minute. */
  'busy',
] as const
export type Signal = (typeof SIGNALS)[number]

/** The same for a network of clients, about calls that no key has signed. */
export const NETWORK_SIGNALS = [
  /** Keys that were issued. */
  'installs',
  /** Registrations that were refused, but for a wrong code. */
  'refused',
  /** Wrong one-time passwords. */
  'otp',
  /** Wrong signatures under genuine API keys. */
  'forged',
  /** Keys that were seen here, where it is more than one; each once a day at each instance. */
  'keys',
] as const
export type NetworkSignal = (typeof NETWORK_SIGNALS)[number]

/** A refusal after the signature had verified says something of the key; these codes do. */
const BY_CODE: Readonly<Partial<Record<ErrorCode, Signal>>> = {
  clock_skew: 'stale',
  replayed: 'replayed',
  rate_limited: 'limited',
  sms_budget_exhausted: 'budget',
  otp_rejected: 'otp',
  login_rejected: 'login',
  scope_missing: 'probing',
  not_found: 'probing',
}

export const signalOf = (code: ErrorCode): Signal | undefined => BY_CODE[code]
