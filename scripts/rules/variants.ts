import type { Expression } from '../../rtdb/src/rules/expression.ts'
import { printExpression } from './printExpression.ts'

/** An expression with one thing changed: what a wrong edit of a rule could have made of it. */
export interface Variant {
  /** Such as `without newData.exists()`. */
  readonly change: string
  readonly expression: Expression
}

/**
 * Every operand of && and || left out, every result of ?: and every item of a list left out or alone,
 * every bound moved by one to either side, every pattern without an anchor or with one character more.
 */
export function variantsOf(node: Expression): Variant[] {
  const inside = partsOf(node).flatMap(({ part, withPart }) =>
    variantsOf(part).map(({ change, expression }) => ({
      change,
      expression: withPart(expression),
    })),
  )
  return [...ownVariants(node), ...inside]
}

function ownVariants(node: Expression): Variant[] {
  switch (node.kind) {
    case 'logical':
      return node.operands.map((operand, at) => {
        const [only, ...more] = node.operands.toSpliced(at, 1) as [Expression, ...Expression[]]
        const expression = more.length === 0 ? only : { ...node, operands: [only, ...more] }
        return { change: `without ${printExpression(operand)}`, expression }
      })
    case 'list':
      if (node.items.length === 1) return []
      return node.items.map((item, at) => ({
        change: `without ${printExpression(item)} in the list`,
        expression: { ...node, items: node.items.toSpliced(at, 1) },
      }))
    case 'binary':
      return comparisons(node)
    case 'literal':
      return bounds(node)
    case 'regex':
      return patterns(node)
    case 'conditional':
      return [node.yes, node.no].map((branch) => ({
        change: `always ${printExpression(branch)}`,
        expression: branch,
      }))
    case 'name':
    case 'member':
    case 'call':
    case 'unary':
      return []
  }
}

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

const other = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
] as const)

function comparisons(node: Kind<'binary'>): Variant[] {
  const operator = other.get(node.operator as '<')
  if (operator === undefined) return []
  const expression = { ...node, operator }
  return [{ change: `${operator} in ${printExpression(node)}`, expression }]
}

function bounds(node: Kind<'literal'>): Variant[] {
  const { value } = node
  if (typeof value !== 'number') return []
  return [value - 1, value + 1].map((moved) => ({
    change: `${moved} for ${value}`,
    expression: { ...node, value: moved },
  }))
}

function patterns(node: Kind<'regex'>): Variant[] {
  const { pattern } = node
  const counts = [...pattern.matchAll(/\{(?:(\d+),)?(\d+)\}/g)]
  const wider = counts.map(({ 0: text, 1: min, 2: max, index }) => {
    const count = `{${min ?? max},${Number(max) + 1}}`
    return pattern.slice(0, index) + count + pattern.slice(index + text.length)
  })
  const loose = [pattern.replace(/^\^/, ''), pattern.replace(/\$$/, '')]
  return [...loose, ...wider]
    .filter((changed) => changed !== pattern)
    .map((changed) => ({
      change: `/${changed}/ for /${pattern}/`,
      expression: { ...node, pattern: changed },
    }))
}

/** A part of an expression, and the whole with another one in its place. */
interface Part {
  readonly part: Expression
  readonly withPart: (part: Expression) => Expression
}

function partsOf(node: Expression): Part[] {
  switch (node.kind) {
    case 'logical':
      return each(node.operands, (operands) => ({ ...node, operands }))
    case 'list':
      return each(node.items, (items) => ({ ...node, items }))
    case 'call': {
      const callee = {
        part: node.callee,
        withPart: (part: Expression) => ({ ...node, callee: part }),
      }
      return [callee, ...each(node.args, (args) => ({ ...node, args }))]
    }
    case 'member':
      return [{ part: node.object, withPart: (object) => ({ ...node, object }) }]
    case 'unary':
      return [{ part: node.operand, withPart: (operand) => ({ ...node, operand }) }]
    case 'binary':
      return [
        { part: node.left, withPart: (left) => ({ ...node, left }) },
        { part: node.right, withPart: (right) => ({ ...node, right }) },
      ]
    case 'conditional':
      return [
        { part: node.test, withPart: (test) => ({ ...node, test }) },
        { part: node.yes, withPart: (yes) => ({ ...node, yes }) },
        { part: node.no, withPart: (no) => ({ ...node, no }) },
      ]
    case 'literal':
    case 'regex':
    case 'name':
      return []
  }
}

function each(parts: readonly Expression[], whole: (parts: Expression[]) => Expression): Part[] {
  return parts.map((part, at) => ({ part, withPart: (next) => whole(parts.with(at, next)) }))
}
