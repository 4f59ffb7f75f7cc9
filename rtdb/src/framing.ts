/**
 * Cuts a message into the text frames that carry it: one frame if it is short,
 * else the number of segments in a frame of its own, then the segments.
 */
export function toFrames(message: string): string[] {
  if (message.length <= SEGMENT_CHARS) return [message]
  const segments: string[] = []
  for (let at = 0; at < message.length; at += segments.at(-1)?.length ?? 0) {
    segments.push(segmentAt(message, at))
  }
  return [String(segments.length), ...segments]
}

/** A character of two units stays whole: its halves would each arrive as U+FFFD, because a text frame is UTF-8. */
function segmentAt(message: string, at: number): string {
  const end = at + SEGMENT_CHARS
  const isInPair = /[\uDC00-\uDFFF]/.test(message.charAt(end))
  return message.slice(at, isInPair ? end - 1 : end)
}

/** A whole message, an oversized one (only its beginning is kept), or nothing yet. */
export type Assembled = { text: string } | { oversized: string } | null

/** Joins the frames of one direction of one connection into messages. */
export class Assembler {
  readonly #charsMax: number
  #missing = 0
  #chars = 0
  #segments: string[] = []

  constructor(charsMax: number) {
    this.#charsMax = charsMax
  }

  accept(frame: string): Assembled {
    if (this.#missing > 0) return this.#continue(frame)
    if (!SEGMENT_COUNT.test(frame)) {
      return frame.length > this.#charsMax ? { oversized: beginning(frame) } : { text: frame }
    }
    // A count of 0 is the keep-alive that idle clients send every 45 seconds.
    this.#missing = Number(frame)
    return null
  }

  #continue(frame: string): Assembled {
    this.#chars += frame.length
    // Of an oversized message only the first segment is held, enough to name it in the refusal.
    if (this.#chars <= this.#charsMax || this.#segments.length === 0) this.#segments.push(frame)
    else this.#segments.length = 1
    this.#missing--
    return this.#missing > 0 ? null : this.#finish()
  }

  #finish(): Assembled {
    const segments = this.#segments
    const oversized = this.#chars > this.#charsMax
    this.#segments = []
    this.#chars = 0
    return oversized ? { oversized: beginning(segments[0] ?? '') } : { text: segments.join('') }
  }
}

/** Clients cut at this length (UTF-16 units), the server there or one before. */
const SEGMENT_CHARS = 16384

/** Six digits are the most that the SDKs take for a count. */
const SEGMENT_COUNT = /^\d{1,6}$/

const beginning = (text: string): string => text.slice(0, 256)
