import {
  outcomeOf,
  type DatabaseExchange,
  type Exchange,
  type HttpExchange,
} from '../wire/exchange.ts'
import { signatureBaseOf } from '../wire/signatureBaseOf.ts'
import { bodyView, jsonView } from './bodyView.ts'
import { element } from './element.ts'
import { jweView } from './jweView.ts'
import { outcomePill } from './outcomePill.ts'
import { signatureBaseView } from './signatureBaseView.ts'
import { valueOf } from './valueOf.ts'

/** Headers of an answer that say something here; the others belong to the transport. */
const ANSWER_HEADERS = [
  'Content-Type',
  'Cache-Status',
  'Age',
  'Server-Time',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
]

/** One request, what was signed of it, and its answer. */
export function exchangeView(exchange: Exchange): HTMLElement {
  const parts = exchange.kind === 'http' ? httpParts(exchange) : databaseParts(exchange)
  return element('div', { class: 'exchange' }, ...parts)
}

function httpParts(exchange: HttpExchange): HTMLElement[] {
  const { method, url, headers, body, answer, changed } = exchange
  const base = signatureBaseOf(exchange)
  const request = part(
    'sent',
    exchange.actor === 'attacker' ? 'Request of the attacker' : 'Request',
    element('p', { class: 'line' }, element('b', {}, method), ` ${addressOf(url)}`),
    headerList(headers, changed),
    ...(body === undefined ? [] : [markedBody(body, exchange.plaintext, changed.includes('body'))]),
  )
  const told = ANSWER_HEADERS.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const reply = part(
    'answered',
    'Answer',
    element('p', { class: 'line' }, outcomePill(outcomeOf(exchange)), ` in ${answer.tookMs} ms`),
    headerList(told),
    markedBody(answer.body, answer.told?.plaintext, changed.includes('answer')),
  )
  if (base === undefined) return [request, reply]
  return [request, part('signed', 'Signature base', signatureBaseView(base, changed)), reply]
}

function databaseParts({ path, uid, answer, actor }: DatabaseExchange): HTMLElement[] {
  const outcome = outcomePill(
    'refusal' in answer
      ? { isRefused: true, status: undefined, code: answer.refusal }
      : { isRefused: false, status: undefined, code: answer.value === null ? 'empty' : 'read' },
  )
  return [
    part(
      'sent',
      actor === 'attacker' ? 'The attacker looks into the database' : 'Look into the database',
      element('p', { class: 'line' }, element('b', {}, 'READ'), ` /${path}`),
      headerList([
        ['signed in as', uid],
        ['rule', '"users/$uid": { ".read": "auth.uid === $uid" }'],
      ]),
    ),
    part(
      'answered',
      'What is there',
      element('p', { class: 'line' }, outcome),
      ...('value' in answer ? [jsonView(answer.value)] : []),
    ),
  ]
}

const part = (
  kind: 'sent' | 'signed' | 'answered',
  title: string,
  ...children: Node[]
): HTMLElement => element('div', { class: `part ${kind}` }, element('h4', {}, title), ...children)

/** Of this page's own origin, the path says it all. */
const addressOf = (url: URL): string =>
  (url.origin === location.origin ? '' : url.origin) + url.pathname + url.search

function headerList(
  headers: readonly (readonly [name: string, value: string])[],
  changed: readonly string[] = [],
): HTMLElement {
  const rows = headers.map(([name, value]) => {
    const lower = name.toLowerCase()
    const isChanged = changed.includes(lower)
    return element(
      'div',
      isChanged ? { class: 'changed' } : {},
      element('dt', {}, name),
      element('dd', {}, element('code', {}, ...valueOf(name, value))),
    )
  })
  return element('dl', { class: 'headers' }, ...rows)
}

function markedBody(body: string, plaintext: string | undefined, isChanged: boolean): HTMLElement {
  const view = jweView(body, plaintext) ?? bodyView(body)
  if (isChanged) view.classList.add('changed')
  return view
}
