import { unreadable } from './sourceError.ts'

/**
 * Cuts an expression into tokens.
 * @throws SourceError
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    const token = readCommon(source, at) ?? readRare(source, at, tokens.at(-1))
    tokens.push(token)
    if (token.kind === 'end') return tokens
    at = token.end
  }
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
/** A name, or a symbol that can be nothing else: a slash may begin a pattern, a dot a number. */
const common =
  /\s*(?:([A-Za-z_$][A-Za-z0-9_$]*)|(===|!==|==|!=|<=|>=|&&|\|\||[<>!+\-*%?:()[\],]|\.(?!\d)))/y
/** No leading zeros (octal in old JavaScript) and nothing name-like right behind, as in `1x`. */
const number =
  /(?:0[xX][0-9a-fA-F]+|(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)(?![\w$.])/y
/** A slash inside a set does not end the pattern. */
const regex = /\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([A-Za-z]*)/y

/** Most tokens, each in one step: a rules file has thousands, and is read by code that has hardly run before. */
function readCommon(source: string, from: number): Token | null {
  common.lastIndex = from
  const match = common.exec(source)
  if (match === null) return null
  const [, word, sign = ''] = match
  const { lastIndex: end } = common
  return word === undefined
    ? { kind: 'symbol', at: end - sign.length, end, text: sign }
    : { kind: 'name', at: end - word.length, end, text: word }
}

function readRare(source: string, from: number, previous: Token | undefined): Token {
  const at = from + matchAt(space, source, from).length
  const char = source.charAt(at)
  if (char === '') return { kind: 'end', at, end: at, text: '' }
  if (char === '"' || char === "'") return readString(source, at, char)
  if (char === '/' && !endsOperand(previous)) return readRegex(source, at)
  if (char === '/') return { kind: 'symbol', at, end: at + 1, text: char }
  if (isDigit(char) || char === '.') return readNumber(source, at)
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

/** What stands for itself in a string of either quote. */
const plain = { '"': /[^"\\\n]*/y, "'": /[^'\\\n]*/y }

function readString(source: string, at: number, quote: '"' | "'"): Token {
  let text = ''
  let end = at + 1
  for (;;) {
    const run = matchAt(plain[quote], source, end)
    text += run
    end += run.length
    const char = source[end]
    if (char === quote) return { kind: 'string', at, end: end + 1, text }
    if (char !== '\\') throw unreadable(at, 'This string does not end.')
    const escape = readEscape(source, end)
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

/** What a sticky pattern finds at a place, '' if it finds nothing. */
function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at
  return pattern.test(source) ? source.slice(at, pattern.lastIndex) : ''
}
