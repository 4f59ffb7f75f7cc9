import type { JudgeSettings } from '../../../../functions/src/behaviour/judge.ts'
import type { Evidence } from '../../../../functions/src/behaviour/features.ts'
import type { Signal, NetworkSignal } from '../../../../functions/src/usage/signals.ts'
import type { UsageRow } from '../../../../functions/src/usage/stored.ts'

/** At 20 minutes past an hour of the afternoon, UTC. */
export const NOW = Date.UTC(2026, 10, 25, 14, 20)
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** The defaults of the params. */
export const SETTINGS: JudgeSettings = {
  weightsPercent: 100,
  bounds: new Map(),
  stepUpScore: 40,
  suspendScore: 70,
  stepUpMs: HOUR_MS,
  suspendMs: HOUR_MS,
  suspendMsMax: DAY_MS,
  patienceMs: 10 * 60_000,
}

/** One hour of an install's life. */
export interface Hour {
  readonly at: number
  readonly requests?: number
  readonly signals?: Partial<Record<Signal, number>>
  readonly phones?: readonly string[]
  readonly countries?: readonly string[]
  readonly networks?: readonly string[]
  /** Of its network. */
  readonly around?: Partial<Record<NetworkSignal, number>>
}

/** The rows that such hours leave, as the database has them. */
export function evidenceOf(hours: readonly Hour[], createdAt = NOW - 30 * DAY_MS): Evidence {
  const rows = hours.map((hour) => {
    const name = new Date(hour.at).toISOString().slice(11, 13)
    const whole = Math.floor(hour.at / HOUR_MS) * HOUR_MS
    const seen = (names: readonly string[] = [], value = whole) =>
      Object.fromEntries(names.map((each) => [each, value]))
    const row: UsageRow = {
      lastAt: hour.at,
      requests: hour.requests ?? 0,
      hours: { [name]: hour.requests ?? 0 },
      signals: { [name]: hour.signals ?? {} },
      phones: seen(hour.phones),
      countries: seen(hour.countries),
      networks: seen(hour.networks, 1),
    }
    return { day: Math.floor(hour.at / DAY_MS), row }
  })
  const networks = hours.map(({ at, around = {} }) => ({
    day: Math.floor(at / DAY_MS),
    row: { lastAt: at, signals: { [new Date(at).toISOString().slice(11, 13)]: around } },
  }))
  return { rows, networks, createdAt }
}

export const names = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `name-${n}`)
