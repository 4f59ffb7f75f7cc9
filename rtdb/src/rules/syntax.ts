import type { BinaryOperator, Expression } from './expression.ts'
import { unreadable } from './sourceError.ts'
import type { Token } from './tokens.ts'
import { tokenize } from './tokens.ts'

/**
 * Reads an expression into its tree, without a look at names or types.
 * @throws SourceError
 */
export function parseExpression(source: string): Expression {
  return new Parser(tokenize(source)).whole()
}

/** Binding strength and meaning, as in JavaScript; all associate to the left. `===` and `==` are one here. */
const operators = new Map<string, readonly [number, BinaryOperator | '&&' | '||']>([
  ['||', [1, '||']],
  ['&&', [2, '&&']],
  ['==', [3, '==']],
  ['===', [3, '==']],
  ['!=', [3, '!=']],
  ['!==', [3, '!=']],
  ['<', [4, '<']],
  ['<=', [4, '<=']],
  ['>', [4, '>']],
  ['>=', [4, '>=']],
  ['+', [5, '+']],
  ['-', [5, '-']],
  ['*', [6, '*']],
  ['/', [6, '/']],
  ['%', [6, '%']],
])

const words = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Bounds the parser's own recursion, so that a hostile file ends in an error and not in a stack overflow. */
export const NESTING_MAX = 400

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #nesting = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Expression {
    const expression = this.#conditional()
    if (this.#peek().kind !== 'end') throw this.#unexpected()
    return expression
  }

  #conditional(): Expression {
    const { at } = this.#peek()
    if (++this.#nesting > NESTING_MAX) throw unreadable(at, 'This expression is nested too deeply.')
    const test = this.#binary(1)
    const expression = this.#peek().text === '?' && this.#isSymbol() ? this.#branches(test) : test
    this.#nesting--
    return expression
  }

  #branches(test: Expression): Expression {
    const { at } = this.#take()
    const yes = this.#conditional()
    this.#expect(':')
    const no = this.#conditional()
    return { kind: 'conditional', at, test, yes, no }
  }

  #binary(strengthMin: number): Expression {
    let left = this.#unary()
    for (;;) {
      const { kind, text, at } = this.#peek()
      const found = kind === 'symbol' ? operators.get(text) : undefined
      if (found === undefined || found[0] < strengthMin) return left
      const [strength, operator] = found
      this.#take()
      left = join(at, operator, left, this.#binary(strength + 1))
    }
  }

  #unary(): Expression {
    const { at, text } = this.#peek()
    if (!this.#isSymbol() || (text !== '!' && text !== '-')) return this.#postfix()
    if (++this.#nesting > NESTING_MAX) throw unreadable(at, 'This expression is nested too deeply.')
    this.#take()
    const operand = this.#unary()
    this.#nesting--
    return { kind: 'unary', at, operator: text, operand }
  }

  #postfix(): Expression {
    let expression = this.#primary()
    while (this.#isSymbol()) {
      const { text } = this.#peek()
      if (text === '.') expression = this.#named(expression)
      else if (text === '[') expression = this.#computed(expression)
      else if (text === '(') expression = this.#called(expression)
      else break
    }
    return expression
  }

  #called(callee: Expression): Expression {
    return { kind: 'call', at: callee.at, callee, args: this.#list('(', ')') }
  }

  #named(object: Expression): Expression {
    this.#take()
    const { kind, at, text } = this.#peek()
    if (kind !== 'name') throw this.#unexpected('a name')
    this.#take()
    return { kind: 'member', at, object, key: { kind: 'literal', at, value: text } }
  }

  #computed(object: Expression): Expression {
    const { at } = this.#take()
    const key = this.#conditional()
    this.#expect(']')
    return { kind: 'member', at, object, key }
  }

  #primary(): Expression {
    const token = this.#peek()
    const { at, text } = token
    if (text === '[' && this.#isSymbol()) return { kind: 'list', at, items: this.#list('[', ']') }
    if (text === '(' && this.#isSymbol()) return this.#parenthesized()
    if (token.kind === 'symbol' || token.kind === 'end') throw this.#unexpected('an operand')
    this.#take()
    if (token.kind === 'number') return { kind: 'literal', at, value: Number(text) }
    if (token.kind === 'string') return { kind: 'literal', at, value: text }
    if (token.kind === 'regex')
      return { kind: 'regex', at, pattern: text, flags: token.flags ?? '' }
    const word = words.get(text)
    return word === undefined
      ? { kind: 'name', at, name: text }
      : { kind: 'literal', at, value: word }
  }

  #parenthesized(): Expression {
    this.#take()
    const inner = this.#conditional()
    this.#expect(')')
    return inner
  }

  #list(open: string, close: string): Expression[] {
    this.#expect(open)
    const items: Expression[] = []
    if (this.#peek().text === close && this.#isSymbol()) {
      this.#take()
      return items
    }
    for (;;) {
      items.push(this.#conditional())
      if (this.#peek().text !== ',' || !this.#isSymbol()) break
      this.#take()
    }
    this.#expect(close)
    return items
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token
  }

  #isSymbol(): boolean {
    return this.#peek().kind === 'symbol'
  }

  #take(): Token {
    const token = this.#peek()
    this.#next++
    return token
  }

  #expect(symbol: string): void {
    if (this.#peek().text !== symbol || !this.#isSymbol()) throw this.#unexpected(`'${symbol}'`)
    this.#take()
  }

  #unexpected(wanted?: string): Error {
    const { kind, at, text } = this.#peek()
    const got = kind === 'end' ? 'the expression ends here' : `there is '${text}'`
    return unreadable(
      at,
      wanted === undefined ? `Unexpected: ${got}.` : `Expected ${wanted}, but ${got}.`,
    )
  }
}

/** A chain of && or of || becomes one node, so that its length does not count as depth. */
function join(
  at: number,
  operator: BinaryOperator | '&&' | '||',
  left: Expression,
  right: Expression,
): Expression {
  if (operator !== '&&' && operator !== '||') return { kind: 'binary', at, operator, left, right }
  if (left.kind === 'logical' && left.operator === operator) {
    left.operands.push(right)
    return left
  }
  return { kind: 'logical', at, operator, operands: [left, right] }
}
