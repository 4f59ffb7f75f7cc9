import type { Database } from '../database.ts'
import { isInGrace, parseInstall, type Install } from '../installs/install.ts'
import { dayOf, readPlace } from '../installs/store.ts'
import type { NetworkRow, UsageRow } from '../usage/stored.ts'
import { DAYS_READ, type Dated, type Evidence } from './features.ts'
import { parseRisk, type RiskRow } from './risk.ts'

/** What is known of the install that a key is of. */
export interface Gathered {
  /** Its key now, which is not the one asked for when that was replaced meanwhile. */
  readonly current: Install
  /** Earlier ones that still work: what is decided holds for them as well. */
  readonly inGrace: readonly Install[]
  readonly evidence: Evidence
  /** Of the current key. */
  readonly row: RiskRow | undefined
  /** Else the latest of the keys before: what was decided holds for the install. */
  readonly inherited: RiskRow | undefined
}

/** Latest keys of a place that are looked at: whoever changes them faster is known by that (`keys_day`). */
const KEYS_MAX = 4

/** Keys that are counted: more than `keys_day` asks for. */
const KEYS_COUNTED_MAX = 64

/** Networks that are looked up for a new install. */
const NETWORKS_MAX = 8

const DAY_MS = 86_400_000

/**
 * Reads what the key's place has done in a week, with its earlier keys: to rotate, or to register anew,
 * hides nothing. At most 4 keys times 8 days; a new install has had one or two.
 * @param home where networks are counted
 * @returns null when no key of the place can be used
 */
export async function gather(
  keyId: string,
  { database, home }: { readonly database: Database; readonly home: Database },
  nowMs: number,
): Promise<Gathered | null> {
  const asked = parseInstall(keyId, await database.read(`installs/${keyId}`))
  if (asked === null) return null
  const known = await readPlace(database, asked, KEYS_COUNTED_MAX)
  const keys = known.slice(-KEYS_MAX)
  const current = keys.findLast(({ status }) => status === 'active' || status === 'dormant')
  if (current === undefined) return null

  const [rows, risks] = await Promise.all([
    readRows(database, keys, dayOf(nowMs)),
    Promise.all(keys.map((key) => database.read(`risk/${key.keyId}`).then(parseRisk))),
  ])
  const keysAt = known.map((key) => key.createdAt)
  const createdAt = Math.min(...keysAt)
  const isNew = nowMs - createdAt < DAY_MS
  return {
    current,
    inGrace: known.filter((key) => isInGrace(key, nowMs)),
    evidence: { rows, networks: isNew ? await readNetworks(home, rows) : [], createdAt, keysAt },
    row: risks[keys.indexOf(current)],
    inherited: risks.findLast((risk) => risk !== undefined),
  }
}

async function readRows(
  database: Database,
  keys: readonly Install[],
  today: number,
): Promise<Dated<UsageRow>[]> {
  const first = today - DAYS_READ + 1
  const wanted = keys.flatMap(({ keyId, createdAt }) => {
    // A minute before: clocks of instances differ.
    const from = Math.max(first, dayOf(createdAt - 60_000))
    return Array.from({ length: today - from + 1 }, (_, n) => ({ keyId, day: from + n }))
  })
  const rows = await Promise.all(
    wanted.map(async ({ keyId, day }) => {
      const row = (await database.read(`usage/${day}/${keyId}`)) as UsageRow | null
      return row === null ? [] : [{ day, row }]
    }),
  )
  return rows.flat()
}

async function readNetworks(
  home: Database,
  rows: readonly Dated<UsageRow>[],
): Promise<Dated<NetworkRow>[]> {
  const seen = rows.flatMap(({ day, row }) =>
    Object.keys(row.networks ?? {}).map((name) => `${day}/${name}`),
  )
  const read = await Promise.all(
    [...new Set(seen)].slice(-NETWORKS_MAX).map(async (path) => {
      const row = (await home.read(`networks/${path}`)) as NetworkRow | null
      return row === null ? [] : [{ day: Number.parseInt(path, 10), row }]
    }),
  )
  return read.flat()
}
