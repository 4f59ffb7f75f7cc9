/**
 * Bounds what all clients together leave unread, whatever was sent to them: many slow ones, each below its own bound,
 * could fill the memory. If they leave too much, those with the most are cut off, but only if they have not read within
 * a whole interval what lay there at its beginning: whoever keeps up may be far behind for a moment.
 */
export class Backlog {
  readonly #bytesMax: number
  /** What had been handed to each socket, read or not, when it was looked at last. */
  readonly #handed = new Map<Recipient, number>()

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  follow(socket: Recipient): void {
    this.#handed.set(socket, 0)
    socket.once('close', () => this.#handed.delete(socket))
  }

  /** To be called at intervals. */
  check(): void {
    const late: Recipient[] = []
    let unread = 0
    for (const [socket, handed] of this.#handed) {
      unread += socket.writableLength
      if (readOf(socket) < handed) late.push(socket)
      this.#handed.set(socket, socket.bytesWritten)
    }
    if (unread <= this.#bytesMax) return
    late.sort((a, b) => b.writableLength - a.writableLength)
    for (const socket of late) {
      unread -= socket.writableLength
      socket.destroy()
      if (unread <= this.#bytesMax) return
    }
  }
}

/** What is needed of a socket. */
export interface Recipient {
  /** All that was handed to it, read or not. */
  readonly bytesWritten: number
  /** What of that is unread, as far as it has not left this process. */
  readonly writableLength: number
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

const readOf = ({ bytesWritten, writableLength }: Recipient): number =>
  bytesWritten - writableLength
