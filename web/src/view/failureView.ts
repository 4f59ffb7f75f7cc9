import { LatchkeyError } from '@latchkey/client/core'
import { ERRORS } from '@latchkey/protocol'
import { element } from './element.ts'

/** What went wrong, in words that say how to go on. */
export function failureView(error: unknown): HTMLElement {
  return element('p', { class: 'failure' }, ...textOf(error))
}

/** The same for a screen reader. */
export const failureText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

function textOf(error: unknown): (Node | string)[] {
  if (!(error instanceof LatchkeyError)) return [failureText(error)]
  const { code, retryAfterSeconds, requestId } = error
  return [
    ...(code in ERRORS
      ? [
          element('a', { href: `errors.html#${code}` }, code),
          `: ${error.message.replace(`${code}: `, '')}`,
        ]
      : [error.message]),
    ...(retryAfterSeconds === undefined ? [] : [` Try again in ${retryAfterSeconds} s.`]),
    ...(requestId === undefined ? [] : [` Request ${requestId}.`]),
  ]
}
