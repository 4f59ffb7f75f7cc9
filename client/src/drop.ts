import { unlessAborted } from './deadline.ts'
import type { Listen } from './firebaseParts.ts'
import { LatchkeyError } from './latchkeyError.ts'

/**
 * How long to wait before listening again, in ms. Right after the sign-in the database may not have
 * heard of it yet, and then refuses.
 */
const PAUSES_AFTER_DENIAL_MS = [250, 500, 1000]

/**
 * Listens at a path until `read` makes something of what is there. Nothing is left listening.
 * @throws LatchkeyError `drop_unreadable`; the signal's reason when it aborts
 */
export async function waitForDrop<T>(
  listen: Listen,
  path: string,
  read: (value: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (let denials = 0; ; denials += 1) {
    try {
      return await listenOnce(listen, path, read, signal)
    } catch (error) {
      const pauseMs = PAUSES_AFTER_DENIAL_MS[denials]
      if (signal.aborted || pauseMs === undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

async function listenOnce<T>(
  listen: Listen,
  path: string,
  read: (value: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  let stop: (() => void) | undefined
  const found = new Promise<T>((resolve, reject) => {
    stop = listen(
      path,
      (value) => {
        const part = read(value)
        if (part !== undefined) resolve(part)
      },
      (cause) => reject(new LatchkeyError('drop_unreadable', { cause })),
    )
  })
  try {
    return await unlessAborted(found, signal)
  } finally {
    stop?.()
  }
}
