import { unreadable } from './sourceError.ts'

/**
 * Cuts an expression into tokens.
 * @throws SourceError
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = skipSpace(source, 0)
  while (at < source.length) {
    const token = readToken(source, at, tokens.at(-1))
    tokens.push(token)
    at = skipSpace(source, token.end)
  }
  tokens.push({ kind: 'end', at, end: at, text: '' })
  return tokens
}

export interface Token {
  readonly kind: 'number' | 'string' | 'regex' | 'name' | 'symbol' | 'end'
  readonly at: number
  readonly end: number
  /** The symbol or name as written, a string's or number's content, a regular expression's pattern. */
  readonly text: string
  /** Of a regular expression. */
  readonly flags?: string
}

const space = /\s*/y
const name = /[A-Za-z_$][A-Za-z0-9_$]*/y
/** No leading zeros (octal in old JavaScript) and nothing name-like right behind, as in `1x`. */
const number =
  /(?:0[xX][0-9a-fA-F]+|(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)(?![\w$.])/y
const symbol = /===|!==|==|!=|<=|>=|&&|\|\||[<>!+\-*/%?:()[\],.]/y
/** A slash inside a set does not end the pattern. */
const regex = /\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([A-Za-z]*)/y

function readToken(source: string, at: number, previous: Token | undefined): Token {
  const char = source.charAt(at)
  if (char === '"' || char === "'") return readString(source, at, char)
  if (char === '/' && !endsOperand(previous)) return readRegex(source, at)
  if (isDigit(char) || (char === '.' && isDigit(source.charAt(at + 1)))) {
    return readNumber(source, at)
  }
  const word = matchAt(name, source, at)
  if (word !== '') return { kind: 'name', at, end: at + word.length, text: word }
  const sign = matchAt(symbol, source, at)
  if (sign !== '') return { kind: 'symbol', at, end: at + sign.length, text: sign }
  throw unreadable(at, `Unexpected character ${JSON.stringify(char)}.`)
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9'

/** After an operand a slash divides; elsewhere it starts a regular expression. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false
  return token.kind === 'symbol' ? token.text === ')' || token.text === ']' : true
}

function readNumber(source: string, at: number): Token {
  const text = matchAt(number, source, at)
  if (text === '') throw unreadable(at, 'This number cannot be read.')
  return { kind: 'number', at, end: at + text.length, text }
}

function readRegex(source: string, at: number): Token {
  regex.lastIndex = at
  const match = regex.exec(source)
  if (match === null) throw unreadable(at, 'This regular expression is empty or does not end.')
  const [whole, text = '', flags = ''] = match
  return { kind: 'regex', at, end: at + whole.length, text, flags }
}

const escapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['0', '\0'],
])

function readString(source: string, at: number, quote: string): Token {
  let text = ''
  let end = at + 1
  for (;;) {
    const char = source[end]
    if (char === undefined || char === '\n') throw unreadable(at, 'This string does not end.')
    if (char === quote) return { kind: 'string', at, end: end + 1, text }
    const escape = char === '\\' ? readEscape(source, end) : { unit: char, length: 1 }
    text += escape.unit
    end += escape.length
  }
}

/** A backslash before any other character means that character, as in JavaScript. */
function readEscape(source: string, at: number): { unit: string; length: number } {
  const char = source[at + 1]
  if (char === undefined) throw unreadable(at, 'This escape does not end.')
  if (char !== 'u' && char !== 'x') return { unit: escapes.get(char) ?? char, length: 2 }
  const digits = char === 'u' ? 4 : 2
  const hex = source.slice(at + 2, at + 2 + digits)
  if (hex.length < digits || /[^0-9a-fA-F]/.test(hex)) {
    throw unreadable(at, `'\\${char}' needs ${digits} hexadecimal digits.`)
  }
  return { unit: String.fromCharCode(parseInt(hex, 16)), length: 2 + digits }
}

function skipSpace(source: string, at: number): number {
  return at + matchAt(space, source, at).length
}

/** What a sticky pattern finds at a place, '' if it finds nothing. */
function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at
  return pattern.test(source) ? source.slice(at, pattern.lastIndex) : ''
}
