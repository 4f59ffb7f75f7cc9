import Table from 'cli-table3'
import type { InstallStatus } from '../../functions/src/installs/install.ts'
import { dayOf } from '../../functions/src/installs/store.ts'
import type { Connection } from './connection.ts'
import { EXIT, type Exit } from './opsError.ts'
import type { Output } from './output.ts'
import { pagesOf } from './pages.ts'
import type { Bar } from './progress.ts'

export interface Stats {
  readonly installs: number
  readonly byStatus: Partial<Record<InstallStatus, number>>
  readonly byMasterVersion: Record<string, number>
  /** The last 14 UTC days, the oldest first. */
  readonly registrations: readonly { readonly day: string; readonly count: number }[]
  /** Active keys by the days since their last use. */
  readonly dormancy: readonly { readonly days: string; readonly count: number }[]
  /** Active keys that were never used. */
  readonly neverUsed: number
}

const DAY_MS = 86_400_000
const REGISTRATION_DAYS = 14

/** Days since the last use, upper ends. The defaults of UNUSED_DAYS and DORMANT_DAYS are among them. */
const STEPS = [1, 2, 7, 14, 30, 60, 90] as const

interface Stored {
  readonly status: InstallStatus
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly masterVersion: number
  readonly unusedSince?: number
}

/** Reads every install once, a page at a time; the counts alone are kept. */
export async function countInstalls(
  { databases }: Connection,
  nowMs: number,
  bar: Bar,
): Promise<Stats> {
  const byStatus: Partial<Record<InstallStatus, number>> = {}
  const byMasterVersion: Record<string, number> = {}
  const days = new Array<number>(REGISTRATION_DAYS).fill(0)
  const steps = new Array<number>(STEPS.length + 1).fill(0)
  let installs = 0
  let neverUsed = 0
  for (const database of databases) {
    for await (const rows of pagesOf(database, 'installs')) {
      for (const [, value] of rows) {
        const { status, createdAt, lastUsedAt, masterVersion, unusedSince } = value as Stored
        byStatus[status] = (byStatus[status] ?? 0) + 1
        byMasterVersion[masterVersion] = (byMasterVersion[masterVersion] ?? 0) + 1
        const ago = dayOf(nowMs) - dayOf(createdAt)
        if (ago >= 0 && ago < REGISTRATION_DAYS) days[REGISTRATION_DAYS - 1 - ago]! += 1
        if (status !== 'active') continue
        if (unusedSince !== undefined) neverUsed += 1
        else steps[stepOf((nowMs - lastUsedAt) / DAY_MS)]! += 1
      }
      installs += rows.length
      bar.at(installs)
    }
  }
  return {
    installs,
    byStatus,
    byMasterVersion,
    registrations: days.map((count, at) => ({
      day: new Date(nowMs - (REGISTRATION_DAYS - 1 - at) * DAY_MS).toISOString().slice(0, 10),
      count,
    })),
    dormancy: steps.map((count, at) => ({ days: nameOf(at), count })),
    neverUsed,
  }
}

const stepOf = (days: number): number => {
  const found = STEPS.findIndex((end) => days < end)
  return found < 0 ? STEPS.length : found
}

const nameOf = (at: number): string => {
  const from = at === 0 ? 0 : STEPS[at - 1]!
  const end = STEPS[at]
  return end === undefined ? `${from}+` : `${from}-${end}`
}

export async function showStats(stats: Stats, output: Output): Promise<Exit> {
  await output.result(stats, () => describe(stats))
  return EXIT.done
}

function describe(stats: Stats): string {
  const { byStatus, byMasterVersion, registrations, dormancy, neverUsed, installs } = stats
  const counts = new Table({
    head: ['installs', String(installs)],
    style: { head: [], border: [] },
  })
  for (const [status, count] of Object.entries(byStatus)) counts.push([status, count])
  for (const [version, count] of Object.entries(byMasterVersion)) {
    counts.push([`master version ${version}`, count])
  }
  return [
    counts.toString(),
    '',
    'Registrations a day (UTC)',
    ...barChart(registrations.map(({ day, count }) => [day, count])),
    '',
    'Active keys by days since their last use',
    ...barChart([
      ...dormancy.map(({ days, count }) => [days, count] as const),
      ['never used', neverUsed],
    ]),
  ].join('\n')
}

const BAR_WIDTH = 40

/** One line a row; the longest has the whole width, and whatever is there at least one block. */
export function barChart(rows: readonly (readonly [name: string, count: number])[]): string[] {
  const most = Math.max(1, ...rows.map(([, count]) => count))
  return rows.map(([name, count]) => {
    const blocks = '█'.repeat(Math.ceil((count / most) * BAR_WIDTH))
    return `  ${name.padEnd(11)} ${blocks.padEnd(BAR_WIDTH)} ${count}`.trimEnd()
  })
}
