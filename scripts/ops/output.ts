import { once } from 'node:events'

/** Results go to stdout, everything else to stderr. */
export interface Output {
  readonly isJson: boolean
  /** One result: a line of JSON, or what `text` makes of it for a person. */
  result(value: object, text: () => string): Promise<void>
  /** What is no result: progress, hints, warnings. */
  say(text: string): void
}

/** Waits while the reader does: a million lines must not pile up in memory. */
export function makeOutput(isJson: boolean): Output {
  // Whoever reads only the head of a list wants no more of it, and no error either.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    isJson,
    result: async (value, text) => {
      const line = isJson ? JSON.stringify(value) : text()
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
    },
    say: (text) => void process.stderr.write(`${text}\n`),
  }
}

/** Unix ms as a person reads it, in UTC. */
export const showTime = (ms: unknown): string =>
  typeof ms === 'number' ? new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z') : ''

/** Columns of fixed width: a list of any length is printed as it is read. */
export const columns = (cells: readonly (readonly [text: string, width: number])[]): string =>
  cells
    .map(([text, width]) => printable(text).padEnd(width))
    .join('  ')
    .trimEnd()

/** What lies in the database was named by others: no escape sequence of theirs reaches a terminal. */
export const printable = (text: string): string => text.replace(/\p{C}/gu, '�')
