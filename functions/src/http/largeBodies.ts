import type { IncomingMessage, ServerResponse } from 'node:http'
import { BODY_BYTES_MAX, noRoom, readBody } from './readBody.ts'

/**
 * The memory of one instance for bodies above the usual cap. Such a body is in memory as a whole before its
 * digest is known to be right, and until its request has ended, which the usual ones are too small to matter for.
 */
export interface LargeBodies {
  /**
   * Reads one and lets `use` have it. It counts until `use` has settled and the answer is out.
   * @throws ApiError as `readBody`; `unavailable` when there is no room
   */
  read(
    req: IncomingMessage,
    res: ServerResponse,
    bytesMax: number,
    use: (body: Buffer) => void | Promise<void>,
  ): Promise<void>
}

/**
 * A quarter of an instance's memory (MEMORY_MIB), beside less than 150 MiB for all else; six bodies of the
 * largest size that an upstream may declare. 80 requests at once (CONCURRENCY) could bring 800 MiB.
 */
export const LARGE_BODIES_BYTES_MAX = 64 * 1024 * 1024

/** Whether a body may be larger than the usual cap; how large one in chunks is, only its end shows. */
export function mayBeLarge({ headers }: IncomingMessage): boolean {
  return (
    Number(headers['content-length'] ?? 0) > BODY_BYTES_MAX ||
    headers['transfer-encoding'] !== undefined
  )
}

export function makeLargeBodies(bytesMax = LARGE_BODIES_BYTES_MAX): LargeBodies {
  let bytes = 0
  return {
    read: async (req, res, bodyBytesMax, use) => {
      // By what has come and not by what was announced: or whoever announces much and sends nothing would
      // have all of it. But what cannot fit is not begun.
      if (Number(req.headers['content-length'] ?? 0) > bytesMax - bytes) throw noRoom()
      let held = 0
      const hold = (more: number): boolean => {
        if (bytes + more > bytesMax) return false
        bytes += more
        held += more
        return true
      }
      const closed = whenClosed(req, res)
      try {
        await use(await readBody(req, bodyBytesMax, hold))
      } finally {
        void closed.then(() => {
          bytes -= held
        })
      }
    },
  }
}

/** The answer is out, or nobody is left to have it. What has not come by then is not read any more. */
function whenClosed(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (res.closed) return Promise.resolve()
  return new Promise((resolve) => {
    res.once('close', () => {
      // Its deadline was quicker: a body that trickles in would be held for as long as its sender likes.
      if (!req.complete) req.destroy()
      resolve()
    })
  })
}
