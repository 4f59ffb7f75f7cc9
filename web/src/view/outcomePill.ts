import { ERRORS } from '@latchkey/protocol'
import type { Outcome } from '../wire/exchange.ts'
import { element } from './element.ts'

/** `200` or `401 replayed`, told apart by more than its colour; a code leads to its explanation. */
export function outcomePill({ isRefused, status, code }: Outcome): HTMLElement {
  const text = [status, code].filter((word) => word !== undefined).join(' ')
  const attributes = { class: isRefused ? 'pill refused' : 'pill granted' }
  return code !== undefined && code in ERRORS
    ? element('a', { ...attributes, href: `errors.html#${code}` }, text)
    : element('span', attributes, text)
}
