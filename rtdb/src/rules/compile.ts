import { compileCall } from './calls.ts'
import { compileBinary, compileLogical, compileUnary } from './operators.ts'
import { compileElement, compileProperty } from './properties.ts'
import type { Run } from './scope.ts'
import { forbidden } from './sourceError.ts'
import { NESTING_MAX, parseExpression } from './syntax.ts'
import type { Expression } from './expression.ts'
import { commonType, demandBoolean, named } from './types.ts'
import type { Compiled } from './types.ts'

/**
 * Reads an expression, checks its types and turns it into closures: a file is read once, its rules run on every operation.
 * @throws SourceError
 */
export function compileRule(source: string, variables: Variables): Run {
  const expression = parseExpression(source)
  const { type, run } = compile(expression, variables, 0)
  demandBoolean(expression.at, 'A rule', type)
  return run
}

/** Tells what a name means, or why it means nothing here. */
export type Variables = (name: string) => Compiled | { readonly problem: string }

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/** A long chain such as `a + b + …` is deep too, and would run as deep. */
function compile(node: Expression, variables: Variables, depth: number): Compiled {
  if (depth > NESTING_MAX) throw forbidden(node.at, 'This expression is nested too deeply.')
  const inner = (part: Expression) => compile(part, variables, depth + 1)
  switch (node.kind) {
    case 'literal':
      return constant(node.value)
    case 'name':
      return compileName(node, variables)
    case 'member':
      return compileMember(node, inner)
    case 'call':
      return compileMethodCall(node, inner)
    case 'unary':
      return compileUnary(node.at, node.operator, inner(node.operand))
    case 'binary':
      return compileBinary(node.at, node.operator, inner(node.left), inner(node.right))
    case 'logical':
      return compileLogical(node.operator, node.operands.map(booleanOperand(node.operator, inner)))
    case 'conditional':
      return compileConditional(node, inner)
    case 'regex':
      throw forbidden(node.at, 'A regular expression may only stand in matches(…).')
    case 'list':
      throw forbidden(node.at, 'A list may only stand in hasChildren(…).')
  }
}

function constant(value: string | number | boolean | null): Compiled {
  const type = value === null ? 'null' : (typeof value as 'string' | 'number' | 'boolean')
  return { type, run: () => value }
}

function compileName({ at, name }: Kind<'name'>, variables: Variables): Compiled {
  const variable = variables(name)
  if ('problem' in variable) throw forbidden(at, variable.problem)
  return variable
}

type Inner = (part: Expression) => Compiled

function compileMember({ at, object, key }: Kind<'member'>, inner: Inner): Compiled {
  if (key.kind === 'literal' && typeof key.value === 'string') {
    return compileProperty(at, inner(object), key.value)
  }
  return compileElement(at, inner(object), inner(key))
}

function compileMethodCall({ at, callee, args }: Kind<'call'>, inner: Inner): Compiled {
  if (callee.kind !== 'member') throw forbidden(at, 'Only a method can be called.')
  const { key } = callee
  if (key.kind !== 'literal' || typeof key.value !== 'string') {
    throw forbidden(key.at, 'The name of a method must be written out.')
  }
  return compileCall(callee.at, inner(callee.object), key.value, args, inner)
}

function booleanOperand(operator: string, inner: Inner): (operand: Expression) => Run {
  return (operand) => {
    const { type, run } = inner(operand)
    demandBoolean(operand.at, `An operand of ${operator}`, type)
    return run
  }
}

function compileConditional({ at, test, yes, no }: Kind<'conditional'>, inner: Inner): Compiled {
  const condition = inner(test)
  demandBoolean(test.at, 'The condition of ?:', condition.type)
  const [left, right] = [inner(yes), inner(no)]
  const type = commonType(left.type, right.type)
  if (type === null) {
    const types = `${named(left.type)} and ${named(right.type)}`
    throw forbidden(at, `The two results of ?: do not go together: ${types}.`)
  }
  const [runTest, runYes, runNo] = [condition.run, left.run, right.run]
  return { type, run: (scope) => (runTest(scope) === true ? runYes(scope) : runNo(scope)) }
}
