import { CHILDREN, Snapshot } from './snapshot.ts'
import type { Value } from './scope.ts'

/** A type error while a rule runs: it makes the whole rule false. */
export class Fault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Fault'
  }
}

/**
 * Makes the function that throws the fault of one place in an expression.
 * Each place keeps its faults, one a type: a signed-out client may run into one on every request, and making an Error
 * costs ten times as much as the rule.
 */
export function faultAt(at: number, expectation: string): (got: Value) => never {
  let made: Map<string, Fault> | undefined
  return (got) => {
    made ??= new Map()
    const type = nameOf(got)
    let fault = made.get(type)
    if (fault === undefined) {
      fault = new Fault(`${expectation}, but it is ${type} (column ${at + 1} of the expression).`)
      made.set(type, fault)
    }
    throw fault
  }
}

function nameOf(value: Value): string {
  if (value === null) return 'null'
  if (value === CHILDREN) return 'a node with children'
  if (value instanceof Snapshot) return 'a snapshot'
  return `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`
}
