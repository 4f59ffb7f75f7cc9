/**
 * Settles `ms` after the start, whatever the work takes: how long an answer took must not tell whether
 * there was an account, a text or a slow provider (threat T17). Errors wait as well. Work that takes
 * longer is waited for, so its parts have deadlines that end before.
 */
export async function steadily<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const elapsed = new Promise<void>((resolve) => setTimeout(resolve, ms))
  const done = work().then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error
    },
  )
  const [settle] = await Promise.all([done, elapsed])
  return settle()
}
