import type { Database, Range, Row } from '../database.ts'

/** The parts of a sweep, in their order. */
export type Phase =
  | 'windows'
  | 'revocations'
  | 'expired'
  | 'pending accounts'
  | 'challenges'
  | 'drops'
  | 'ended keys'
  | 'unused keys'
  | 'idle keys'
  | 'usage'
  | 'risks'

/** How far a phase has come: rows seen, and its share of what there is to see where that is known. */
export interface Progress {
  readonly phase: Phase
  readonly rows: number
  /** 0 to 1. */
  readonly share?: number
}

/** One run of the sweep, as its phases see it. */
export interface Pass {
  readonly database: Database
  /** Unix milliseconds, the same for the whole run. */
  readonly nowMs: number
  /** Rows that are read and changed at a time. */
  readonly batch: number
  /** Nothing is written; what would be is counted. */
  readonly dryRun: boolean
  /** The time is over: no new batch is begun. */
  readonly isOver: () => boolean
  readonly onProgress: (progress: Progress) => void
  /** Told when a phase ends before its work does. */
  readonly onLeft: (phase: Phase) => void
}

/**
 * The selected rows, a batch at a time; the next batch is read while the caller works on this one.
 * Rows that go meanwhile do not disturb the order: each page begins behind the last row of the one
 * before.
 */
export async function* pages(
  pass: Pass,
  phase: Phase,
  table: string,
  range: Range,
): AsyncGenerator<readonly Row[]> {
  const { database, batch } = pass
  const read = (from: Range) => database.select(table, { ...from, limit: batch })
  const measure = makeMeasure(range)
  let seen = 0
  if (pass.isOver()) return pass.onLeft(phase)
  let page = read(range)
  for (;;) {
    const rows = await page
    if (rows.length === 0) return
    const isLast = rows.length < batch
    if (!isLast) {
      page = read(behind(rows.at(-1)!, range))
      // Whoever stops here does not want to know.
      page.catch(() => undefined)
    }
    yield rows
    seen += rows.length
    pass.onProgress({ phase, rows: seen, ...measure(rows) })
    if (isLast) return
    if (pass.isOver()) return pass.onLeft(phase)
  }
}

function behind([key, value]: Row, { orderBy, to }: Range): Range {
  const end = to === undefined ? {} : { to }
  if (orderBy === undefined) return { ...end, after: key }
  return { ...end, orderBy, after: orderedBy(orderBy, value), afterKey: key }
}

const orderedBy = (orderBy: string, value: unknown): number =>
  (orderBy === '.value' ? value : (value as Record<string, unknown>)[orderBy]) as number

/** Rows in the order of a time that ends at `to`: how far it has been gone through. */
function makeMeasure({ orderBy, to }: Range) {
  let first: number | undefined
  return (rows: readonly Row[]): { share?: number } => {
    if (orderBy === undefined || typeof to !== 'number') return {}
    first ??= orderedBy(orderBy, rows[0]![1])
    const last = orderedBy(orderBy, rows.at(-1)![1])
    return { share: to > first ? (last - first) / (to - first) : 1 }
  }
}

/** What is written for one row, and what instead when the rules refuse that. */
export interface Change {
  readonly paths: Values
  readonly otherwise?: Values
}

type Values = Readonly<Record<string, unknown>>

/**
 * All changes in one write of at most a batch of rows (one UID may have any number of slots); when
 * the rules refuse it, by halves, since a few rows have changed meanwhile.
 * @returns how many were made
 */
export async function apply(pass: Pass, changes: readonly Change[]): Promise<number> {
  const { length } = changes
  if (length === 0 || pass.dryRun) return length
  const { database, batch } = pass
  if (length <= batch && (await database.write(joined(changes)))) return length
  if (length === 1) {
    const { otherwise } = changes[0]!
    return otherwise !== undefined && (await database.write(otherwise)) ? 1 : 0
  }
  const half = Math.ceil(length / 2)
  const first = await apply(pass, changes.slice(0, half))
  return first + (await apply(pass, changes.slice(half)))
}

const joined = (changes: readonly Change[]): Values =>
  Object.fromEntries(changes.flatMap(({ paths }) => Object.entries(paths)))
