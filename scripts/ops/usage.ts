import Table from 'cli-table3'
import type { Database } from '../../functions/src/database.ts'
import { dayOf } from '../../functions/src/installs/store.ts'
import type { Connection } from './connection.ts'
import { EXIT, OpsError, type Exit } from './opsError.ts'
import { showTime, type Output } from './output.ts'
import { KEY_ID } from './keys/selection.ts'

/** What a key has done on a UTC day, as `usage/{day}/{keyId}` has it. */
interface Stored {
  readonly requests?: number
  readonly refused?: Readonly<Record<string, number>>
  readonly hours?: Readonly<Record<string, number>>
  readonly networks?: Readonly<Record<string, number>>
  /** Unix milliseconds. */
  readonly lastAt: number
}

export interface Usage {
  readonly day: string
  readonly keyId: string
  readonly requests: number
  /** By code. */
  readonly refused: Readonly<Record<string, number>>
  /** By hour of the day, "00" to "23". */
  readonly hours: Readonly<Record<string, number>>
  /** Minutes by the hash of the client's network. */
  readonly networks: Readonly<Record<string, number>>
  readonly lastAt: number
}

const DAY_MS = 86_400_000

export interface TopOptions {
  /** YYYY-MM-DD, UTC. */
  readonly day: string
  readonly limit: number
}

/** The keys with most requests on a day. */
export async function showTop(
  { databases }: Connection,
  { day, limit }: TopOptions,
  output: Output,
): Promise<Exit> {
  const table = `usage/${dayNumber(day)}`
  const selection = { orderBy: 'requests', from: 1, limit, fromEnd: true }
  const rows = await Promise.all(databases.map((database) => database.select(table, selection)))
  const top = rows
    .flat()
    .map(([keyId, value]) => usageOf(day, keyId, value as Stored))
    .sort((one, other) => other.requests - one.requests)
    .slice(0, limit)
  if (top.length === 0) throw new OpsError(`No usage was counted on ${day}.`)
  return showAll(top, output)
}

/** One key (or `unverified`: what was refused before a signature had verified) over some days. */
export async function showUsage(
  { databases }: Connection,
  { keyId, days }: { readonly keyId: string; readonly days: number },
  nowMs: number,
  output: Output,
): Promise<Exit> {
  if (!KEY_ID.test(keyId) && keyId !== 'unverified') {
    throw new OpsError('A key ID has 32 hex digits.', EXIT.usage)
  }
  const numbers = Array.from({ length: days }, (_, ago) => dayOf(nowMs) - ago)
  const found = await Promise.all(
    databases.flatMap((database) => numbers.map((day) => readUsage(database, day, keyId))),
  )
  const usages = found.filter((usage) => usage !== null)
  if (usages.length === 0) throw new OpsError(`No usage was counted in ${days} days.`)
  return showAll(usages, output)
}

async function readUsage(database: Database, day: number, keyId: string): Promise<Usage | null> {
  const value = (await database.read(`usage/${day}/${keyId}`)) as Stored | null
  return value && usageOf(new Date(day * DAY_MS).toISOString().slice(0, 10), keyId, value)
}

const usageOf = (day: string, keyId: string, stored: Stored): Usage => ({
  day,
  keyId,
  requests: stored.requests ?? 0,
  refused: stored.refused ?? {},
  hours: stored.hours ?? {},
  networks: stored.networks ?? {},
  lastAt: stored.lastAt,
})

async function showAll(usages: readonly Usage[], output: Output): Promise<Exit> {
  if (output.isJson) {
    for (const usage of usages) await output.result(usage, () => '')
    return EXIT.done
  }
  const head = ['day', 'key', 'requests', 'refused', 'networks', 'last']
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const { day, keyId, requests, refused, networks, lastAt } of usages) {
    const reasons = Object.entries(refused).map(([code, times]) => `${code} ${times}`)
    const many = Object.keys(networks).length
    table.push([day, keyId, requests, reasons.join('\n'), many, showTime(lastAt)])
  }
  await output.result(usages, () => table.toString())
  return EXIT.done
}

function dayNumber(day: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(ms)) throw new OpsError('A day is written as 2026-12-01.', EXIT.usage)
  return dayOf(ms)
}
