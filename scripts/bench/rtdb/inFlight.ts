/** As many requests under way at a time as a busy backend has. */
const IN_FLIGHT = 500

/** Runs `once` for 0 … count - 1; each waits for its own answer, and only so many do at a time. */
export async function inFlight(count: number, once: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await once(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
}
