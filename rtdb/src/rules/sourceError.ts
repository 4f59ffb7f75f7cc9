/**
 * What is wrong at an offset of a text (of the rules file, or of one expression).
 * Only `parseRules` knows the file and the rule, and turns it into a `RulesError`.
 */
export class SourceError extends Error {
  readonly at: number
  readonly syntax: boolean

  constructor(at: number, problem: string, syntax: boolean) {
    super(problem)
    this.name = 'SourceError'
    this.at = at
    this.syntax = syntax
  }
}

/** The text cannot be read. */
export function unreadable(at: number, problem: string): SourceError {
  return new SourceError(at, problem, true)
}

/** The text can be read, but says what the rules language forbids. */
export function forbidden(at: number, problem: string): SourceError {
  return new SourceError(at, problem, false)
}
