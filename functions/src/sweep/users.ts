import type { Database } from '../database.ts'
import type { Identity } from '../identity.ts'

/** Lookups at a time. */
const LOOKUPS_MAX = 20

/**
 * Deletes the anonymous Auth users of which no install is left, so that they do not pile up.
 * @param uids whose installs were removed
 * @returns how many were deleted
 */
export async function deleteStrandedUsers(
  database: Database,
  identity: Pick<Identity, 'deleteAnonymous'>,
  uids: readonly string[],
): Promise<number> {
  const unique = [...new Set(uids)]
  const stranded: string[] = []
  for (let at = 0; at < unique.length; at += LOOKUPS_MAX) {
    const some = unique.slice(at, at + LOOKUPS_MAX)
    const left = await Promise.all(
      some.map((uid) =>
        database.select('installs', { orderBy: 'uid', from: uid, to: uid, limit: 1 }),
      ),
    )
    stranded.push(...some.filter((_, n) => left[n]!.length === 0))
  }
  return stranded.length === 0 ? 0 : identity.deleteAnonymous(stranded)
}
