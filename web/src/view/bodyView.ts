import { element } from './element.ts'
import { isSecret, secret } from './secret.ts'

/** A line of indented JSON whose value is a text: its indent and name, the text, and the comma. */
const MEMBER = /^(\s*"([A-Za-z]+)": ")(.*)(",?)$/

/** A body as it was sent or received: JSON indented, with its secrets shortened. */
export function bodyView(body: string): HTMLElement {
  return element('code', { class: 'body' }, ...linesOf(indented(body)))
}

/** The same for a value that is no text yet. */
export const jsonView = (value: unknown): HTMLElement => bodyView(JSON.stringify(value))

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

const linesOf = (text: string): (Node | string)[] =>
  text.split('\n').flatMap((line, at) => {
    const before = at === 0 ? [] : ['\n']
    const [, start, name = '', value = '', end] = MEMBER.exec(line) ?? []
    return start !== undefined && end !== undefined && isSecret(name)
      ? [...before, start, secret(value), end]
      : [...before, line]
  })
