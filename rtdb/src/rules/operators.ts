import { faultAt } from './fault.ts'
import type { Run, Value } from './scope.ts'
import { CHILDREN } from './snapshot.ts'
import { forbidden } from './sourceError.ts'
import type { BinaryOperator } from './expression.ts'
import { demand, demandBoolean } from './types.ts'
import type { Compiled, Type } from './types.ts'

/** Checks and compiles the use of a binary operator; `at` is where the operator stands. */
export function compileBinary(
  at: number,
  operator: BinaryOperator,
  left: Compiled,
  right: Compiled,
): Compiled {
  const { operands, make } = binaries[operator]
  demand(at, `The left operand of ${operator}`, operands, left.type)
  demand(at, `The right operand of ${operator}`, operands, right.type)
  return make({ at, operator, left, right })
}

export function compileUnary(at: number, operator: '!' | '-', operand: Compiled): Compiled {
  const { type, run } = operand
  if (operator === '!') {
    demandBoolean(at, 'The operand of !', type)
    return { type: 'boolean', run: (scope) => run(scope) !== true }
  }
  demand(at, 'The operand of -', ['number'], type)
  const fault = faultAt(at, 'The operand of - must be a number')
  return {
    type: 'number',
    run: (scope) => {
      const value = run(scope)
      return typeof value === 'number' ? -value : fault(value)
    },
  }
}

/** A chain of && or ||: stops at the first operand that settles it. */
export function compileLogical(operator: '&&' | '||', runs: readonly Run[]): Compiled {
  const settling = operator === '||'
  const [first, second] = runs
  if (first !== undefined && second !== undefined && runs.length === 2) {
    const run: Run = settling
      ? (scope) => first(scope) === true || second(scope)
      : (scope) => first(scope) === true && second(scope)
    return { type: 'boolean', run }
  }
  const run: Run = (scope) => {
    for (const operand of runs) if (operand(scope) === settling) return settling
    return !settling
  }
  return { type: 'boolean', run }
}

interface Use {
  readonly at: number
  readonly operator: BinaryOperator
  readonly left: Compiled
  readonly right: Compiled
}

const comparable: readonly Type[] = ['string', 'number', 'boolean', 'null']

/** `===` and `!==` are `==` and `!=`: all compare type and value, and differing types are unequal, not an error. */
const binaries: Record<
  BinaryOperator,
  { operands: readonly Type[]; make: (use: Use) => Compiled }
> = {
  '==': { operands: comparable, make: equality(true) },
  '!=': { operands: comparable, make: equality(false) },
  '<': { operands: ['number', 'string'], make: order((a, b) => a < b) },
  '<=': { operands: ['number', 'string'], make: order((a, b) => a <= b) },
  '>': { operands: ['number', 'string'], make: order((a, b) => a > b) },
  '>=': { operands: ['number', 'string'], make: order((a, b) => a >= b) },
  '+': { operands: ['number', 'string'], make: sum },
  '-': { operands: ['number'], make: arithmetic((a, b) => a - b) },
  '*': { operands: ['number'], make: arithmetic((a, b) => a * b) },
  // The rules language knows no infinity: a division by zero is NaN, to which every comparison is false.
  '/': { operands: ['number'], make: arithmetic((a, b) => (b === 0 ? NaN : a / b)) },
  '%': { operands: ['number'], make: arithmetic((a, b) => a % b) },
}

function equality(positive: boolean): (use: Use) => Compiled {
  return ({ left: { run: left }, right: { run: right } }) => ({
    type: 'boolean',
    run: (scope) => {
      const value = left(scope)
      return (value === right(scope) && value !== CHILDREN) === positive
    },
  })
}

type Compare = (a: number | string, b: number | string) => boolean

function order(compare: Compare): (use: Use) => Compiled {
  return ({ at, operator, left, right }) => {
    if (
      comparable.includes(left.type) &&
      comparable.includes(right.type) &&
      left.type !== right.type
    ) {
      throw forbidden(at, `${operator} cannot compare a ${left.type} with a ${right.type}.`)
    }
    const [runLeft, runRight] = [left.run, right.run]
    const leftFault = faultAt(at, `The left operand of ${operator} must be a number or a string`)
    const rightFault = faultAt(
      at,
      `The right operand of ${operator} must be of the left one's type`,
    )
    const run: Run = (scope) => {
      const [a, b] = [runLeft(scope), runRight(scope)]
      if (typeof a !== 'number' && typeof a !== 'string') return leftFault(a)
      return typeof b === typeof a ? compare(a, b as typeof a) : rightFault(b)
    }
    return { type: 'boolean', run }
  }
}

/** Numbers are written as JavaScript does: 1 + 'a' is '1a'. */
function sum({ at, left, right }: Use): Compiled {
  const [runLeft, runRight] = [left.run, right.run]
  const leftFault = faultAt(at, 'The left operand of + must be a number or a string')
  const rightFault = faultAt(at, 'The right operand of + must be a number or a string')
  const run: Run = (scope) => {
    const [a, b] = [runLeft(scope), runRight(scope)]
    if (!isAddend(a)) return leftFault(a)
    if (!isAddend(b)) return rightFault(b)
    return typeof a === 'number' && typeof b === 'number' ? a + b : `${a}${b}`
  }
  if (left.type === 'string' || right.type === 'string') return { type: 'string', run }
  return { type: left.type === 'number' && right.type === 'number' ? 'number' : 'primitive', run }
}

function isAddend(value: Value): value is number | string {
  return typeof value === 'number' || typeof value === 'string'
}

function arithmetic(apply: (a: number, b: number) => number): (use: Use) => Compiled {
  return ({ at, operator, left: { run: left }, right: { run: right } }) => {
    const leftFault = faultAt(at, `The left operand of ${operator} must be a number`)
    const rightFault = faultAt(at, `The right operand of ${operator} must be a number`)
    const run: Run = (scope) => {
      const [a, b] = [left(scope), right(scope)]
      if (typeof a !== 'number') return leftFault(a)
      return typeof b === 'number' ? apply(a, b) : rightFault(b)
    }
    return { type: 'number', run }
  }
}
