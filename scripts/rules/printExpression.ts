import type { Expression } from '../../rtdb/src/rules/expression.ts'

/** The text of a rule's expression, with parentheses wherever they could matter. */
export function printExpression(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return typeof node.value === 'string' ? quoted(node.value) : String(node.value)
    case 'regex':
      return `/${node.pattern}/${node.flags}`
    case 'name':
      return node.name
    case 'list':
      return `[${node.items.map(printExpression).join(', ')}]`
    case 'member':
      return `${operand(node.object)}${member(node.key)}`
    case 'call':
      return `${printExpression(node.callee)}(${node.args.map(printExpression).join(', ')})`
    case 'unary':
      return `${node.operator}${operand(node.operand)}`
    case 'binary':
      return `${operand(node.left)} ${signs[node.operator] ?? node.operator} ${operand(node.right)}`
    case 'logical':
      return node.operands.map(logicalOperand).join(` ${node.operator} `)
    case 'conditional':
      return `${operand(node.test)} ? ${operand(node.yes)} : ${operand(node.no)}`
  }
}

/** In rules the short and the long sign mean the same; people expect the long one. */
const signs: Partial<Record<string, string>> = { '==': '===', '!=': '!==' }

const compound = new Set<Expression['kind']>(['unary', 'binary', 'logical', 'conditional'])

function operand(node: Expression): string {
  return compound.has(node.kind) ? `(${printExpression(node)})` : printExpression(node)
}

/** Everything but another chain and ?: binds stronger than && and ||. */
function logicalOperand(node: Expression): string {
  const isLoose = node.kind === 'logical' || node.kind === 'conditional'
  return isLoose ? operand(node) : printExpression(node)
}

function member(key: Expression): string {
  const isName = key.kind === 'literal' && /^[A-Za-z_$][\w$]*$/.test(String(key.value))
  return isName ? `.${String(key.value)}` : `[${printExpression(key)}]`
}

function quoted(text: string): string {
  const inner = text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')
  return `'${inner}'`
}
