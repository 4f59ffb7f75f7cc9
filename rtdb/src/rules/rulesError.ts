/** A rules file that cannot be used. The message says where in the file, in which rule, and what is wrong. */
export class RulesError extends Error {
  /** The rule or node at fault, such as `/users/$uid/.read`; empty when the file is not even JSON. */
  readonly path: string
  /** Counted from 1, as editors do. */
  readonly line: number
  readonly column: number

  constructor(place: RulesPlace, problem: string) {
    const where = `${place.line}:${place.column}: ${place.path === '' ? '' : `${place.path}: `}`
    super(`${place.syntax ? 'Parse error: ' : ''}${where}${problem}`)
    this.name = 'RulesError'
    this.path = place.path
    this.line = place.line
    this.column = place.column
  }
}

export interface RulesPlace {
  readonly path: string
  readonly line: number
  readonly column: number
  /** The text cannot be read at all, rather than read and found wrong: the official server calls that "Parse error". */
  readonly syntax: boolean
}
