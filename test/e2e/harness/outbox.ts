import { existsSync, readFileSync } from 'node:fs'
import { running } from './running.ts'

/** A text that the service has sent in this run. */
export interface SentText {
  readonly at: string
  readonly to: string
  readonly text: string
  readonly code: string | null
}

/** The texts to a number, from the first to the last. */
export function textsTo(number: string): SentText[] {
  const { outboxFile } = running()
  if (!existsSync(outboxFile)) return []
  return readFileSync(outboxFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SentText)
    .filter(({ to }) => to === number)
}

/** The last code that a number was sent. */
export function codeFor(number: string): string {
  const code = textsTo(number).at(-1)?.code
  if (typeof code !== 'string') throw new Error('no code was sent to that number')
  return code
}
