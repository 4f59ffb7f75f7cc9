import type { Database } from '../../functions/src/database.ts'
import type { Connection } from './connection.ts'
import { EXIT, type Exit } from './opsError.ts'
import { columns, showTime, type Output } from './output.ts'
import { rowsBackwards } from './pages.ts'

export interface AuditOptions {
  readonly who?: string
  readonly target?: string
  readonly limit: number
}

export interface Entry {
  readonly at: number
  readonly who: string
  readonly action: string
  readonly target: string
  readonly reason?: string
  readonly count?: number
}

/** What operators have done, and behaviour, the newest first. */
export async function showAudit(
  { databases }: Connection,
  options: AuditOptions,
  output: Output,
): Promise<Exit> {
  let shown = 0
  for await (const entry of selectEntries(databases, options)) {
    shown += 1
    await output.result(entry, () => describeEntry(entry))
  }
  if (shown === 0) output.say('Nothing has been done.')
  return EXIT.done
}

/** The newest entries that are wanted. Their keys are UUIDv7, so they sort by time, whichever the database. */
export async function* selectEntries(
  databases: readonly Database[],
  {
    who,
    target,
    limit,
    isWanted = () => true,
  }: AuditOptions & { isWanted?: (entry: Entry) => boolean },
): AsyncGenerator<Entry> {
  let found = 0
  for await (const [, value] of rowsBackwards(databases, 'audit')) {
    const entry = entryOf(value as Entry)
    if (who !== undefined && entry.who !== who) continue
    if (target !== undefined && entry.target !== target) continue
    if (!isWanted(entry)) continue
    yield entry
    found += 1
    if (found === limit) return
  }
}

const entryOf = ({ at, who, action, target, reason, count }: Entry): Entry => ({
  at,
  who,
  action,
  target,
  ...(reason !== undefined && { reason }),
  ...(count !== undefined && { count }),
})

export const describeEntry = ({ at, who, action, target, reason = '', count }: Entry): string =>
  columns([
    [showTime(at), 20],
    [who, 20],
    [action, 14],
    [count === undefined ? target : `${target} (${count})`, 32],
    [reason, 0],
  ])
