import { apply, pages, type Pass } from './pass.ts'

/**
 * Removes accounts whose sign-up was never confirmed. One that is verified meanwhile stays, and one
 * that is signed up anew: the rules compare again what this reading has seen.
 * @param keptMs since its latest code was made
 */
export async function sweepPending(
  pass: Pass,
  keptMs: number,
): Promise<{ readonly removed: number; readonly changed: number }> {
  const found = { removed: 0, changed: 0 }
  const due = { orderBy: 'pendingSince', from: 1, to: pass.nowMs - keptMs }
  for await (const rows of pages(pass, 'pending accounts', 'accounts', due)) {
    const changes = rows.map(([accountId]) => ({ paths: { [`accounts/${accountId}`]: null } }))
    const removed = await apply(pass, changes)
    found.removed += removed
    found.changed += rows.length - removed
  }
  return found
}
