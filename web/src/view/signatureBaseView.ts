import { element } from './element.ts'
import { valueOf } from './valueOf.ts'

/** What each line of the base stands for. */
const MEANINGS: Readonly<Record<string, string>> = {
  '@method': 'what is done',
  '@path': 'where',
  '@query': 'with which query',
  'x-api-key': 'by which install',
  'content-type': 'the body’s type',
  'content-digest': 'the body itself',
  '@signature-params': 'when, once, and what is covered',
}

/** The text under the MAC, line by line, with what each line binds. */
export function signatureBaseView(
  lines: readonly string[],
  changed: readonly string[],
): HTMLElement {
  return element(
    'ol',
    { class: 'base' },
    ...lines.map((line) => {
      const [, name = '', value = ''] = /^"([^"]+)": (.*)$/.exec(line) ?? []
      return element(
        'li',
        changed.includes(name) ? { class: 'changed' } : {},
        element('code', {}, `"${name}": `, ...valueOf(name, value)),
        element('span', { class: 'meaning' }, MEANINGS[name] ?? ''),
      )
    }),
  )
}
