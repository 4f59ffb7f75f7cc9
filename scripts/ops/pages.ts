import type { Database, Range, Row } from '../../functions/src/database.ts'

/** Rows that are read at a time: some hundred kB. */
export const PAGE = 500

/** The selected rows, page by page, in the order of the index (or of the keys). */
export async function* pagesOf(
  database: Database,
  table: string,
  range: Range = {},
): AsyncGenerator<readonly Row[]> {
  let from = range
  for (;;) {
    const rows = await database.select(table, { ...from, limit: PAGE })
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    from = behind(rows.at(-1)!, range)
  }
}

/** Backwards, in the order of the keys: what is newest first. */
export async function* pagesBackwards(
  database: Database,
  table: string,
): AsyncGenerator<readonly Row[]> {
  let to: string | undefined
  for (;;) {
    const before = to === undefined ? {} : { to }
    const rows = await database.select(table, { ...before, limit: PAGE + 1, fromEnd: true })
    const page = rows.filter(([key]) => key !== to).reverse()
    if (page.length > 0) yield page
    if (rows.length <= PAGE) return
    to = page.at(-1)![0]
  }
}

/** The rows of all databases as if they were one, backwards in the order of the keys. */
export async function* rowsBackwards(
  databases: readonly Database[],
  table: string,
): AsyncGenerator<Row> {
  const streams = databases.map((database) => eachRow(pagesBackwards(database, table)))
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    let newest: { readonly index: number; readonly row: Row } | undefined
    for (const [index, { done, value: row }] of heads.entries()) {
      if (done !== true && !(newest && newest.row[0] > row[0])) newest = { index, row }
    }
    if (newest === undefined) return
    yield newest.row
    heads[newest.index] = await streams[newest.index]!.next()
  }
}

async function* eachRow(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<Row, undefined> {
  for await (const rows of pages) yield* rows
}

function behind([key, value]: Row, { orderBy, to }: Range): Range {
  const end = to === undefined ? {} : { to }
  if (orderBy === undefined) return { ...end, after: key }
  const after = (value as Record<string, string | number>)[orderBy]!
  return { ...end, orderBy, after, afterKey: key }
}
