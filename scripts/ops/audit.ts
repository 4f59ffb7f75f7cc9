import type { Connection } from './connection.ts'
import { EXIT, type Exit } from './opsError.ts'
import { columns, showTime, type Output } from './output.ts'
import { pagesBackwards } from './pages.ts'

export interface AuditOptions {
  readonly who?: string
  readonly target?: string
  readonly limit: number
}

interface Entry {
  readonly at: number
  readonly who: string
  readonly action: string
  readonly target: string
  readonly reason?: string
  readonly count?: number
}

/** What operators have done, the newest first. */
export async function showAudit(
  { databases }: Connection,
  { who, target, limit }: AuditOptions,
  output: Output,
): Promise<Exit> {
  let shown = 0
  for (const database of databases) {
    for await (const rows of pagesBackwards(database, 'audit')) {
      for (const [, value] of rows) {
        const entry = value as Entry
        if (who !== undefined && entry.who !== who) continue
        if (target !== undefined && entry.target !== target) continue
        if (shown === limit) return EXIT.done
        shown += 1
        await output.result(entryOf(entry), () => describe(entry))
      }
    }
  }
  if (shown === 0) output.say('Nothing has been done.')
  return EXIT.done
}

const entryOf = ({ at, who, action, target, reason, count }: Entry): Entry => ({
  at,
  who,
  action,
  target,
  ...(reason !== undefined && { reason }),
  ...(count !== undefined && { count }),
})

const describe = ({ at, who, action, target, reason = '', count }: Entry): string =>
  columns([
    [showTime(at), 20],
    [who, 20],
    [action, 14],
    [count === undefined ? target : `${target} (${count})`, 32],
    [reason, 0],
  ])
