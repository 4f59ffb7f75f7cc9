import { madeOf } from './characters.ts'

/** The parts of `lk_v{master version}_{key ID}_{MAC}`. */
export interface ApiKey {
  /** Which master secret the MAC is derived from, 1 to 999,999,999. */
  readonly masterVersion: number
  /** 32 lower-case hex digits. */
  readonly keyId: string
  /** The first 16 bytes of the MAC over `macInput`, as 32 lower-case hex digits. */
  readonly mac: string
}

const API_KEY = /^lk_v([1-9][0-9]{0,8})_([0-9a-f]{32})_([0-9a-f]{32})$/

/** `_{key ID}_{MAC}`, at the end. */
const TAIL_LENGTH = 66

const isDigits = madeOf('0123456789')
const isHex = madeOf('0123456789abcdef')

/**
 * Reads an API key; null unless it is exactly in its one accepted form. The MAC is not checked here.
 * Without the expression above, because a flood of forged keys is read here: a quarter of its time.
 */
export function parseApiKey(text: string): ApiKey | null {
  const tail = text.length - TAIL_LENGTH
  const hasForm =
    text.startsWith('lk_v') &&
    tail > 4 &&
    tail <= 13 &&
    text[4] !== '0' &&
    isDigits(text, 4, tail) &&
    text[tail] === '_' &&
    isHex(text, tail + 1, tail + 33) &&
    text[tail + 33] === '_' &&
    isHex(text, tail + 34, text.length)
  if (!hasForm) return null
  return {
    masterVersion: Number(text.slice(4, tail)),
    keyId: text.slice(tail + 1, tail + 33),
    mac: text.slice(tail + 34),
  }
}

/** Writes an API key; throws TypeError when a part is not in its form. */
export function formatApiKey({ masterVersion, keyId, mac }: ApiKey): string {
  const text = `lk_${macInput(masterVersion, keyId)}_${mac}`
  if (!API_KEY.test(text)) throw new TypeError('a part of the API key is malformed')
  return text
}

/**
 * The ASCII text that the API key's MAC is over: `v{master version}_{key ID}`. No two pairs give the
 * same text, for the version has no underscore and the key ID a fixed length.
 */
export function macInput(masterVersion: number, keyId: string): string {
  return `v${masterVersion}_${keyId}`
}
