import { createHmac, hash } from 'node:crypto'

/** Of SHA-256, in bytes. */
const BLOCK = 64
const DIGEST = 32

/** HMAC-SHA256, as 64 hex digits, of an ASCII text of at most 64 characters. */
export type ShortHmac = (text: string) => string

/**
 * HMAC (RFC 2104) under a key of 32 bytes by two one-shot hashes. `createHmac` sets up more than that
 * for each call and takes more than twice as long for a text this short; a flood of forged API keys
 * spends most of its time here.
 */
export function makeShortHmac(key: Buffer): ShortHmac {
  if (key.length !== DIGEST) throw new TypeError('the key must have 32 bytes')
  const inner = Buffer.alloc(2 * BLOCK, 0x36)
  const outer = Buffer.alloc(BLOCK + DIGEST, 0x5c)
  const begin = makeBegin()
  key.forEach((byte, at) => {
    inner[at] = byte ^ 0x36
    outer[at] = byte ^ 0x5c
  })
  return (text) => {
    if (text.length > BLOCK) throw new TypeError('the text must not be longer than 64 characters')
    inner.write(text, BLOCK, 'latin1')
    outer.write(hash('sha256', begin(inner, BLOCK + text.length), 'binary'), BLOCK, 'binary')
    return hash('sha256', outer, 'hex')
  }
}

/** Longer texts are rare, and are left to `createHmac`. */
const TEXT_MAX = 4096

const inner = Buffer.alloc(BLOCK + TEXT_MAX)
const outer = Buffer.alloc(BLOCK + DIGEST)
const begin = makeBegin()

/**
 * HMAC-SHA256 in base64, of an ASCII text, by the same two hashes: half of what `createHmac` takes,
 * and nothing is left for the garbage collector to finalize.
 * @param key 32 bytes as text of latin1
 */
export function hmacBase64(key: string, text: string): string {
  if (key.length !== DIGEST) throw new TypeError('the key must have 32 bytes')
  if (text.length > TEXT_MAX) {
    return createHmac('sha256', key, { encoding: 'latin1' }).update(text, 'latin1').digest('base64')
  }
  inner.fill(0x36, 0, BLOCK)
  outer.fill(0x5c, 0, BLOCK)
  for (let at = 0; at < DIGEST; at += 1) {
    const byte = key.charCodeAt(at)
    inner[at] = byte ^ 0x36
    outer[at] = byte ^ 0x5c
  }
  const end = BLOCK + inner.write(text, BLOCK, 'latin1')
  outer.write(hash('sha256', begin(inner, end), 'binary'), BLOCK, 'binary')
  return hash('sha256', outer, 'base64')
}

/** `subarray` from 0, made once for each length: to make one takes as long as to hash a block. */
function makeBegin(): (buffer: Buffer, length: number) => Buffer {
  const made: Buffer[] = []
  return (buffer, length) => (made[length] ??= buffer.subarray(0, length))
}
