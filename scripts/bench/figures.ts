import type { ImportTimes } from './imports.ts'
import type { Slice } from './load.ts'
import type { OperationCounts } from './operations.ts'
import { percentile } from './percentile.ts'
import type { Measured } from './rounds.ts'
import type { RowName } from './rows.ts'

export const METHODS = ['GET', 'POST'] as const
export type Method = (typeof METHODS)[number]

/** Everything that a run has measured. */
export interface Figures {
  readonly load: Readonly<Record<Method, Measured>>
  /** Nanoseconds by method and row of `verify.ts`. */
  readonly verification: Readonly<Record<Method, Readonly<Record<string, number>>>>
  readonly operations: OperationCounts
  readonly imports: readonly ImportTimes[]
  readonly cache: { readonly installs: number; readonly afterMb: number; readonly cachesMb: number }
}

/** One line of the table of servers. */
export interface RowFigures {
  /** Microseconds of CPU per request: the 25th percentile, as what else runs only ever adds to it. */
  readonly cpuMicros: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** MB. */
  readonly residentMb: number
}

export function rowFigures(slices: readonly Slice[]): RowFigures {
  const median = (values: readonly number[]) => percentile(values, 0.5)
  return {
    cpuMicros: percentile(
      slices.map(({ cpuMicros }) => cpuMicros),
      0.25,
    ),
    perSecond: median(slices.map(({ requests, seconds }) => requests / seconds)),
    p50: median(slices.map(({ p50 }) => p50)),
    p99: median(slices.map(({ p99 }) => p99)),
    residentMb: (slices.at(-1)?.rss ?? NaN) / 1e6,
  }
}

/** Microseconds of CPU per request; NaN for a row that failed or was not asked. */
export function cpuOf(measured: Measured, name: RowName): number {
  const slices = measured[name]
  return slices === undefined || typeof slices === 'string' ? NaN : rowFigures(slices).cpuMicros
}

/** The slowest slice of the bare server by its fastest, at worst: how much the machine itself varied. */
export function spread({ load }: Figures): number {
  const spreads = METHODS.map((method) => {
    const slices = load[method].bare
    if (slices === undefined || typeof slices === 'string') return NaN
    const micros = slices.map(({ cpuMicros }) => cpuMicros)
    return Math.max(...micros) / Math.min(...micros)
  })
  return Math.max(...spreads)
}

/** Above it, the figures say more about the machine than about the code. */
export const SPREAD_MAX = 1.3

/** Faults of rows: an unexpected status, a failed request. */
export function faults({ load }: Pick<Figures, 'load'>): string[] {
  return METHODS.flatMap((method) =>
    Object.entries(load[method]).flatMap(([name, slices]) =>
      typeof slices === 'string' ? [`${method} ${name}: ${slices}`] : [],
    ),
  )
}
