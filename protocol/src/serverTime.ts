import { decodeBase64, encodeBase64 } from './base64.ts'

/** The server's clock as it told it to an app whose own was wrong. */
export interface ServerTime {
  readonly unixSeconds: number
  /** HMAC-SHA256, under the install's secret, of `serverTimeText`; 32 bytes. */
  readonly mac: Uint8Array
}

const SERVER_TIME = /^([1-9][0-9]{0,11}); mac=:([A-Za-z0-9+/]{43}=):$/

/**
 * The ASCII text the MAC is over. The request's own nonce ties the answer to it; the first line keeps
 * it apart from every signature base, which starts with a double quote.
 */
export function serverTimeText(unixSeconds: number, nonce: string): string {
  return ['latchkey server time', unixSeconds, nonce].join('\n')
}

/** The `Server-Time` header: `<unix seconds>; mac=:<base64>:`. */
export function formatServerTime({ unixSeconds, mac }: ServerTime): string {
  return `${unixSeconds}; mac=:${encodeBase64(mac)}:`
}

/** Reads a `Server-Time` header, or null. The MAC must be checked before the time is believed. */
export function parseServerTime(text: string): ServerTime | null {
  const match = SERVER_TIME.exec(text)
  const mac = match && decodeBase64(match[2]!)
  return mac ? { unixSeconds: Number(match[1]), mac } : null
}
