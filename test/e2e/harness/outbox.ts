import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** How many texts to a number have been handed out. */
const taken = new Map<string, number>()

/**
 * The next text to a number that has not been asked for yet. It may come behind the answer of the call
 * that caused it, whose time is fixed.
 */
export async function nextTextTo(number: string): Promise<SentText> {
  const count = taken.get(number) ?? 0
  for (const endsAt = Date.now() + TEXT_MS_MAX; Date.now() < endsAt; await sleep(20)) {
    const text = textsTo(number)[count]
    if (text === undefined) continue
    taken.set(number, count + 1)
    return text
  }
  throw new Error('no text was sent to that number')
}

/** A busy machine starts the emulator's processes slowly. */
const TEXT_MS_MAX = 10_000

/** The code in the next text to a number. */
export async function codeFor(number: string): Promise<string> {
  const { code } = await nextTextTo(number)
  if (code === null) throw new Error('the text to that number has no code')
  return code
}
