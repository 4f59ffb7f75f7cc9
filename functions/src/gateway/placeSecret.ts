import type { SecretPlace } from './upstream.ts'

/** How a secret gets to its upstream, and what must not come back. */
export interface PlacedSecret {
  /** Added to the query, `name=value`; empty when it goes elsewhere. */
  readonly query: string
  /** Name and value; empty when it goes elsewhere. */
  readonly headers: readonly string[]
  /** Every form in which it goes out. */
  readonly forms: readonly string[]
}

/** Shorter, and half of all answers would seem to hold it. */
const CHARS_MIN = 8

/** What a header can carry. */
const USABLE = /^[\x21-\x7e]{8,4096}$/

export const NO_SECRET: PlacedSecret = { query: '', headers: [], forms: [] }

/**
 * Made once per instance, from what Secret Manager has: with the line's end that `echo` adds, perhaps.
 * Null when it cannot be used.
 */
export function placeSecret(stored: string, goes: SecretPlace): PlacedSecret | null {
  const value = stored.replace(/[\r\n]+$/, '')
  if (value.length < CHARS_MIN || !USABLE.test(value)) return null
  switch (goes.in) {
    case 'query': {
      const encoded = encodeURIComponent(value)
      return { query: `${goes.name}=${encoded}`, headers: [], forms: formsOf(value, encoded) }
    }
    case 'header':
      return {
        query: '',
        headers: [goes.name, `${goes.prefix ?? ''}${value}`],
        forms: formsOf(value),
      }
    case 'basic': {
      const pair = goes.username === undefined ? value : `${goes.username}:${value}`
      const encoded = Buffer.from(pair).toString('base64')
      return {
        query: '',
        headers: ['Authorization', `Basic ${encoded}`],
        forms: formsOf(value, encoded),
      }
    }
  }
}

/** As it is, as it was sent, and as JSON and HTML would repeat it. */
function formsOf(value: string, sent = value): string[] {
  const inJson = JSON.stringify(value).slice(1, -1)
  const inHtml = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  return [...new Set([value, sent, inJson, inHtml])]
}
