import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRtdb, type Rtdb } from '../../../rtdb/src/index.ts'
import { keyOf, type Key } from './key.ts'

export const NAMESPACE = 'demo-latchkey-default-rtdb'
const RULES = readFileSync(join(__dirname, '../../../database.rules.json'), 'utf8')

/** Unix milliseconds, moved by the test; the services and the database share it. */
export interface Clock {
  ms: number
}

export const seconds = (clock: Clock): number => Math.floor(clock.ms / 1000)

/** One record of `installs`, as the rules want it. */
export type Row = Readonly<Record<string, unknown>>

/** The database that the services of a test share, with the project's rules. */
export interface TestDatabase {
  readonly clock: Clock
  readonly rtdb: Rtdb
  /** Allowed reads and writes, and refused writes, since `f` was called. */
  count(f: () => Promise<unknown>): Promise<Spent>
  /** All data. */
  data(): Tree
  /** Replaces one table as its owner: no rules. */
  seed(table: string, rows: unknown): void
  close(): Promise<void>
}

export interface Spent {
  readonly reads: number
  readonly writes: number
  readonly denied: number
}

/** A tree of the database, read without ceremony. */
export interface Tree {
  readonly [key: string]: Tree
}

/** Starts a database of which the first `installs` keys of `keyOf` are active. */
export async function startDatabase({
  installs = 3,
  clock = newClock(),
} = {}): Promise<TestDatabase> {
  const rtdb = await startRtdb({ rules: RULES, namespace: [NAMESPACE], now: () => clock.ms })
  const data = () => (rtdb.export(NAMESPACE) ?? {}) as unknown as Tree
  const seed = (table: string, rows: unknown) =>
    rtdb.import(NAMESPACE, { ...data(), [table]: rows })
  const keys = Array.from({ length: installs }, (_, n) => keyOf(n))
  seed('installs', Object.fromEntries(keys.map((key) => [key.keyId, rowOf(key, clock)])))
  return {
    clock,
    rtdb,
    data,
    seed,
    count: async (f) => {
      rtdb.resetOperations(NAMESPACE)
      await f()
      const { reads, writes, writesDenied: denied } = rtdb.operations(NAMESPACE)
      return { reads, writes, denied }
    },
    close: () => rtdb.close(),
  }
}

/** The record of an active key, used a moment ago: nothing is due to be written for it. */
export function rowOf(key: Key, clock: Clock, masterVersion = 1): Row {
  return {
    uid: key.uid,
    slot: key.slot,
    place: `${key.uid}/${key.slot}`,
    status: 'active',
    scopes: { accounts: true },
    createdAt: clock.ms - 1,
    lastUsedAt: clock.ms,
    masterVersion,
  }
}

/** In the middle of a minute, so that a few seconds' step does not cross into the next. */
export const newClock = (): Clock => ({ ms: 1_795_300_020_000 })
