import type { Database } from '../database.ts'
import type { Identity } from '../identity.ts'

/** Lookups at a time. */
const LOOKUPS_MAX = 20

/**
 * Deletes the anonymous Auth users of which no install is left, so that they do not pile up.
 * @param databasesOf where installs of a UID can be
 * @param uids whose installs were removed
 * @returns how many were deleted
 */
export async function deleteStrandedUsers(
  databasesOf: (uid: string) => readonly Database[],
  identity: Pick<Identity, 'deleteAnonymous'>,
  uids: readonly string[],
): Promise<number> {
  const unique = [...new Set(uids)]
  const stranded: string[] = []
  for (let at = 0; at < unique.length; at += LOOKUPS_MAX) {
    const some = unique.slice(at, at + LOOKUPS_MAX)
    const left = await Promise.all(
      some.flatMap((uid) =>
        databasesOf(uid).map(async (database) => {
          const own = { orderBy: 'uid', from: uid, to: uid, limit: 1 }
          return (await database.select('installs', own)).length > 0 ? uid : null
        }),
      ),
    )
    stranded.push(...some.filter((uid) => !left.includes(uid)))
  }
  return stranded.length === 0 ? 0 : identity.deleteAnonymous(stranded)
}
