/**
 * Makes push IDs as the SDKs do: 8 characters of time, 12 of randomness, in an alphabet that sorts by code unit.
 * Within one millisecond the random part counts up, so IDs of one maker always ascend.
 */
export class PushIds {
  readonly #randomBytes: (count: number) => Uint8Array
  #time = -1
  #tail: number[] = []

  constructor(randomBytes: (count: number) => Uint8Array) {
    this.#randomBytes = randomBytes
  }

  /** `now` in milliseconds. A clock that went back counts as standing still. */
  next(now: number): string {
    if (now > this.#time) {
      this.#time = now
      this.#tail = Array.from(this.#randomBytes(TAIL_CHARS), (byte) => byte % 64)
    } else {
      increment(this.#tail)
    }
    return encodeTime(this.#time) + this.#tail.map((digit) => ALPHABET[digit]).join('')
  }
}

const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const TIME_CHARS = 8
const TAIL_CHARS = 12

function encodeTime(time: number): string {
  let rest = time
  let text = ''
  for (let i = 0; i < TIME_CHARS; i++) {
    text = `${ALPHABET[rest % 64] ?? ''}${text}`
    rest = Math.floor(rest / 64)
  }
  return text
}

/** Adds one to a number of base-64 digits, most significant first. */
function increment(digits: number[]): void {
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = digits[i] ?? 0
    digits[i] = (digit + 1) % 64
    if (digit < 63) return
  }
}
