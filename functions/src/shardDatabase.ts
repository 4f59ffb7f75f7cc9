import type { Database } from './database.ts'
import { ApiError } from './http/apiError.ts'

/**
 * A database that is one of several. Before anything else is asked of it, it is asked which one it is:
 * it keeps its number at `shard`, where it is written once. So a list in another order, or with a gap,
 * is noticed before a key is looked for, or issued, in the wrong place.
 * @throws ApiError `unavailable` from each operation when it has another number
 */
export function asShard<T extends Database>(database: T, index: number): T {
  let checked: Promise<void> | undefined
  let isChecked = false

  const check = async (): Promise<void> => {
    const number = await database.read('shard')
    if (number === index) return
    // Refused when another instance was first; then it has written what is read next.
    if (number === null && (await database.create('shard', index))) return
    if (number === null && (await database.read('shard')) === index) return
    throw new ApiError('unavailable', {
      detail: `number ${index} of DATABASE_URLS has been another`,
      retryAfterSeconds: 60,
    })
  }

  const checking = (): Promise<void> =>
    (checked ??= check().then(
      () => {
        isChecked = true
      },
      (error: unknown) => {
        checked = undefined
        throw error
      },
    ))

  const run = <R>(operation: () => Promise<R>): Promise<R> =>
    isChecked ? operation() : checking().then(operation)

  return {
    ...database,
    read: (path) => run(() => database.read(path)),
    select: (table, selection) => run(() => database.select(table, selection)),
    write: (values) => run(() => database.write(values)),
    create: (path, value) => run(() => database.create(path, value)),
  }
}
