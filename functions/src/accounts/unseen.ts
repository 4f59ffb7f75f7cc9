import { describeError, type Log } from '../log.ts'

/** What depends on the account, to be done where its caller learns nothing from it. */
export type UnseenWork = () => Promise<void>

/**
 * Work behind a fixed time (threat T17). Whoever asks for a text must not learn from how long the
 * answer took, or from what it says, whether there was an account, a text, a slow database or a
 * provider that refused. So the answer does not wait for the work: work that takes longer than the
 * time goes on behind the answer. To wait for it would hide nothing from whoever can slow it down.
 */
export interface Unseen {
  /** Begins the work, and settles when the time is over, whatever has become of it. Never fails. */
  begin(requestId: string, work: UnseenWork): Promise<void>
  /** Settles when no work is under way. Never fails: an instance that is about to end waits for it. */
  ended(): Promise<void>
}

/** @param ms long enough for the work on an ordinary day: an instance without requests may stand still */
export function makeUnseen({ ms, log }: { readonly ms: number; readonly log: Log }): Unseen {
  const underWay = new Set<Promise<void>>()
  return {
    begin: async (requestId, work) => {
      const ended = work()
        .catch((error: unknown) => log({ event: 'failed', requestId, error: describeError(error) }))
        .finally(() => underWay.delete(ended))
      underWay.add(ended)
      await new Promise((resolve) => setTimeout(resolve, ms))
    },
    ended: async () => {
      await Promise.all(underWay)
    },
  }
}
