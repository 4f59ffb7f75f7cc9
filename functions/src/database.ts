import type { Database as AdminDatabase, Query } from 'firebase-admin/database'
import { isUnavailable, withDeadline } from './deadline.ts'
import type { FirebaseApp } from './firebase.ts'

/** A row of a table: its key and value. */
export type Row = readonly [key: string, value: unknown]

/** Which rows of a table, in the order of one indexed child (or of the keys, without `orderBy`). */
export interface Range {
  readonly orderBy?: string
  readonly from?: string | number
  /** Begin behind this one; among rows of one value, behind `afterKey`. */
  readonly after?: string | number
  readonly afterKey?: string
  readonly to?: string | number
}

export interface Selection extends Range {
  readonly limit: number
  /** Take the last rows instead of the first. */
  readonly fromEnd?: boolean
}

/**
 * The Realtime Database as the backend identity sees it: every operation has a deadline, and the
 * rules hold for us too. Paths have no leading slash.
 * @throws ApiError `unavailable` from each operation when the database does not answer in time
 */
export interface Database {
  /** The value as the server has it, null when there is none. */
  read(path: string): Promise<unknown>
  /** The selected rows in order. */
  select(table: string, selection: Selection): Promise<readonly Row[]>
  /** Writes all values at their paths or none (null removes); false when the rules refuse. */
  write(values: Readonly<Record<string, unknown>>): Promise<boolean>
  /** Writes one value; false when the rules refuse, as they do where something exists once only. */
  create(path: string, value: unknown): Promise<boolean>
  /** Tells every present and future row, until the returned function is called or the rules end it. */
  follow(
    table: string,
    selection: Range,
    on: { readonly row: (row: Row) => void; readonly end: () => void },
  ): () => void
}

/**
 * The value as the server has it while writes of our own to that very path may be on their way: asked
 * for the path itself, the SDK answers with those. So it is asked for as a row of its table. Undefined
 * when there is none.
 * @throws ApiError `unavailable`
 */
export async function readStored(
  database: Pick<Database, 'select'>,
  path: string,
): Promise<unknown> {
  const end = path.lastIndexOf('/')
  const name = path.slice(end + 1)
  const [row] = await database.select(path.slice(0, end), { from: name, to: name, limit: 1 })
  return row?.[1]
}

/** {".sv": …}: adds to the number that is there. Atomic, and checked by the rules after the addition. */
export const increment = (by: number): unknown => ({ '.sv': { increment: by } })

/** {".sv": "timestamp"}: the database's own time of the write, in Unix milliseconds. */
export const NOW: unknown = { '.sv': 'timestamp' }

/**
 * Connects as the backend identity on first use. The Admin SDK is loaded then and not before: a
 * request that is rejected on its signature does not pay for it.
 */
export function connectDatabase(
  app: () => Promise<FirebaseApp>,
  settings: { readonly deadlineMs: number; /** Else the app's own. */ readonly url?: string },
): Database & { /** Dials no more: the app is about to be closed. */ close(): void } {
  const { deadlineMs, url } = settings
  let connected: Promise<AdminDatabase> | undefined
  let current: AdminDatabase | undefined
  let reconnectedAt = 0
  let isClosed = false

  const connect = (): Promise<AdminDatabase> =>
    (connected ??= app().then(async (firebase) => (current = await firebase.openDatabase(url))))

  /** A connection may be half open: dead, and not known to be. Dialling anew is the only test. */
  const reconnect = (): void => {
    const now = performance.now()
    if (isClosed || current === undefined || now - reconnectedAt < RECONNECT_EVERY_MS) return
    reconnectedAt = now
    current.goOffline()
    current.goOnline()
  }

  const run = async <T>(operation: (database: AdminDatabase) => Promise<T>): Promise<T> => {
    // Loading the SDK takes its time on a small, cold instance, and is no outage.
    const database = await connect()
    try {
      return await withDeadline('database', deadlineMs, operation(database))
    } catch (error) {
      if (isUnavailable(error)) reconnect()
      throw error
    }
  }

  const write = (operation: (database: AdminDatabase) => Promise<void>): Promise<boolean> =>
    run((database) =>
      operation(database).then(
        () => true,
        (error: unknown) => {
          if (isRefusal(error)) return false
          throw error
        },
      ),
    )

  return {
    read: (path) => run(async (database) => (await database.ref(path).get()).val() as unknown),
    select: (table, { limit, fromEnd, ...selection }) =>
      run(async (database) => {
        const rows: Row[] = []
        const all = selected(database, table, selection)
        const some = fromEnd ? all.limitToLast(limit) : all.limitToFirst(limit)
        ;(await some.get()).forEach((child) => {
          rows.push([child.key, child.val()])
        })
        return rows
      }),
    close: () => (isClosed = true),
    write: (values) => write((database) => database.ref().update(values)),
    create: (path, value) => write((database) => database.ref(path).set(value)),
    follow: (table, selection, on) => {
      let stopped = false
      let stop = (): void => {
        stopped = true
      }
      void connect().then((database) => {
        if (stopped) return
        const query = selected(database, table, selection)
        const listener = query.on(
          'child_added',
          (child) => on.row([child.key!, child.val()]),
          on.end,
        )
        stop = () => query.off('child_added', listener)
      }, on.end)
      return () => stop()
    },
  }
}

/** Often enough to recover within 5 s, seldom enough that a slow database is not flooded by dials. */
const RECONNECT_EVERY_MS = 2000

function selected(
  database: AdminDatabase,
  table: string,
  { orderBy, from, after, afterKey, to }: Range,
): Query {
  const ref = database.ref(table)
  let query =
    orderBy === undefined
      ? ref.orderByKey()
      : orderBy === '.value'
        ? ref.orderByValue()
        : ref.orderByChild(orderBy)
  if (from !== undefined) query = query.startAt(from)
  if (after !== undefined) query = query.startAfter(after, afterKey)
  if (to !== undefined) query = query.endAt(to)
  return query
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'PERMISSION_DENIED'
}
