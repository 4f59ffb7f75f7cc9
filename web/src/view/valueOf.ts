import { element } from './element.ts'
import { isSecret, secret } from './secret.ts'

/** Before a space's end, or a semicolon: where a list of parameters may go on in the next line. */
const CHUNKS = /(?<= )|(?=;)/

/** A header's value, or that of a component: shortened if it is a secret, else with tidy line ends. */
export function valueOf(name: string, value: string): (Node | string)[] {
  if (isSecret(name.toLowerCase())) return [secret(value)]
  const chunks = value.split(CHUNKS)
  return chunks.length < 3
    ? [value]
    : chunks.map((chunk) => element('span', { class: 'chunk' }, chunk))
}
