/** Exit codes of every command; the page docs/operate.md and `--help` show this table. */
export const EXIT = {
  done: 0,
  /** Or not found, or not all of it done. */
  failed: 1,
  usage: 2,
  notConfirmed: 3,
} as const

export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with a sentence on stderr that says what to do, and an exit code. */
export class OpsError extends Error {
  override readonly name = 'OpsError'
  readonly exit: Exit

  constructor(message: string, exit: Exit = EXIT.failed) {
    super(message)
    this.exit = exit
  }
}
