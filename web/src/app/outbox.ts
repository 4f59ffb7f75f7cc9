import { OUTBOX_PATH } from '../localRun.ts'

/** A text message, as a local run writes it down instead of sending it. */
export interface Text {
  readonly at: string
  readonly to: string
  readonly text: string
  /** Null: the text has none, as a notice to the owner of an account. */
  readonly code: string | null
}

/** How often to look, and for how long: the text is written before or shortly after the answer. */
const PAUSE_MS = 300
const LOOKS = 40

/** Waits for a text to this number that is newer than `seen`; undefined when none comes. */
export async function waitForText(
  load: typeof fetch,
  to: string,
  seen: number,
): Promise<Text | undefined> {
  for (let look = 0; look < LOOKS; look += 1) {
    const text = (await textsTo(load, to)).slice(seen).at(-1)
    if (text !== undefined) return text
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  return undefined
}

/** All texts to this number, from the first to the last. */
export async function textsTo(load: typeof fetch, to: string): Promise<Text[]> {
  const answer = await load(OUTBOX_PATH, { cache: 'no-store' })
  if (!answer.ok) return []
  // Behind the last end of a line there may be half a text, which is still being written.
  const lines = (await answer.text()).split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Text).filter((text) => text.to === to)
}
