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

function behind([key, value]: Row, { orderBy, to }: Range): Range {
  const end = to === undefined ? {} : { to }
  if (orderBy === undefined) return { ...end, after: key }
  const after = (value as Record<string, string | number>)[orderBy]!
  return { ...end, orderBy, after, afterKey: key }
}
