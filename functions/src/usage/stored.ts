import type { NetworkSignal, Signal } from './signals.ts'

/** What a key has done on a UTC day: `usage/{day}/{keyId}`. */
export interface UsageRow {
  /** Unix milliseconds of its last request. */
  readonly lastAt: number
  /** When something was counted last that behaviour is judged by: the database's time. */
  readonly notedAt?: number
  readonly requests?: number
  /** By hour, `00` to `23`. */
  readonly hours?: Readonly<Record<string, number>>
  /** Flushes by the name of the network. */
  readonly networks?: Readonly<Record<string, number>>
  /** By code. */
  readonly refused?: Readonly<Record<string, number>>
  /** By provider and outcome. */
  readonly attested?: Readonly<Record<string, number>>
  /** By hour, `00` to `23`. */
  readonly signals?: Readonly<Record<string, Readonly<Partial<Record<Signal, number>>>>>
  /** By the name of the number: the hour in which it was last seen, by its beginning in Unix ms. */
  readonly phones?: Readonly<Record<string, number>>
  /** The same by country of the number, ISO 3166-1 alpha-2. */
  readonly countries?: Readonly<Record<string, number>>
}

/** What came from a network on a UTC day: `networks/{day}/{name}`. */
export interface NetworkRow {
  /** Unix milliseconds. */
  readonly lastAt: number
  /** By hour, `00` to `23`. */
  readonly signals?: Readonly<Record<string, Readonly<Partial<Record<NetworkSignal, number>>>>>
}
