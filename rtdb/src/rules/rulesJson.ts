import { unreadable } from './sourceError.ts'

/**
 * Reads JSON with // and block comments, and keeps where everything stands.
 * As in the official rules files, strings may span lines, and a comma may stand before a closing bracket. A key that comes
 * twice in one object is an error: JSON.parse would silently drop a rule.
 * @throws SourceError
 */
export function parseRulesJson(text: string): JsonNode {
  const reader = new JsonReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonMember> }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number' | 'null' }
)

export interface JsonMember {
  /** Where the key stands. */
  readonly at: number
  readonly value: JsonNode
}

/** The offset in the file of the unit `index` of the string literal that starts at `literalAt`. */
export function offsetInString(text: string, literalAt: number, index: number): number {
  let at = literalAt + 1
  for (let unit = 0; unit < index; unit++) at += unitLength(text, at)
  return at
}

/** Line and column, counted from 1, of an offset. */
export function positionOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: at - lineStart + 1 }
}

/** Data is at most 32 levels deep, so that deeper rules could never match. */
const DEPTH_MAX = 64

const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

const space = /[ \t\r\n\uFEFF]*/y
const lineComment = /\/\/[^\n]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /[A-Za-z]+/y
/** What stands for itself in a string: line breaks and tabs too. */
const plain = /[^"\\\u0000-\u0008\u000b\u000c\u000e-\u001f]*/y

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonNode {
    if (depth > DEPTH_MAX) throw unreadable(this.#at, `Nested deeper than ${DEPTH_MAX} levels.`)
    this.#skipSpace()
    const at = this.#at
    const char = this.#text[at]
    if (char === '{') return { at, kind: 'object', members: this.#members(depth) }
    if (char === '[') return { at, kind: 'array', items: this.#items(depth) }
    if (char === '"') return { at, kind: 'string', value: this.#string() }
    if (this.#match(number) !== '') return { at, kind: 'number' }
    return this.#word(at)
  }

  end(): void {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the file')
  }

  #word(at: number): JsonNode {
    const found = this.#match(word)
    if (found === 'true' || found === 'false')
      return { at, kind: 'boolean', value: found === 'true' }
    if (found === 'null') return { at, kind: 'null' }
    this.#at = at
    throw this.#unexpected('a value')
  }

  #members(depth: number): Map<string, JsonMember> {
    const members = new Map<string, JsonMember>()
    this.#list('}', () => {
      const at = this.#at
      if (this.#text[at] !== '"') throw this.#unexpected('a key in double quotes')
      const key = this.#string()
      if (members.has(key)) throw unreadable(at, `The key ${JSON.stringify(key)} comes twice.`)
      this.#skipSpace()
      this.#expect(':')
      members.set(key, { at, value: this.value(depth + 1) })
    })
    return members
  }

  #items(depth: number): JsonNode[] {
    const items: JsonNode[] = []
    this.#list(']', () => items.push(this.value(depth + 1)))
    return items
  }

  /** The part between an opening bracket and its closing one: elements with commas between them. */
  #list(close: '}' | ']', element: () => void): void {
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === close) return void this.#at++
    for (;;) {
      element()
      this.#skipSpace()
      if (this.#text[this.#at] !== close) this.#expect(',', `',' or '${close}'`)
      this.#skipSpace()
      if (this.#text[this.#at] === close) return void this.#at++
    }
  }

  #string(): string {
    const start = this.#at++
    let value = this.#match(plain)
    for (;;) {
      const char = this.#text[this.#at]
      if (char === '"') break
      if (char === undefined) throw unreadable(start, 'This string does not end.')
      value += this.#escaped(char)
      value += this.#match(plain)
    }
    this.#at++
    return value
  }

  #escaped(char: string): string {
    const at = this.#at
    if (char !== '\\') throw unreadable(at, 'A control character in a string.')
    this.#at += unitLength(this.#text, at)
    const escape = this.#text[at + 1] ?? ''
    const hex = escape === 'u' ? this.#text.slice(at + 2, at + 6) : ''
    if (/^[0-9a-fA-F]{4}$/.test(hex)) return String.fromCharCode(parseInt(hex, 16))
    const unit = escapes.get(escape)
    if (unit === undefined) throw unreadable(at, `'\\${escape}' is not an escape of JSON.`)
    return unit
  }

  #skipSpace(): void {
    do this.#match(space)
    while (this.#match(lineComment) !== '' || this.#skipBlockComment())
  }

  #skipBlockComment(): boolean {
    if (!this.#text.startsWith('/*', this.#at)) return false
    const end = this.#text.indexOf('*/', this.#at + 2)
    if (end < 0) throw unreadable(this.#at, 'This comment does not end.')
    this.#at = end + 2
    return true
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #expect(char: string, wanted = `'${char}'`): void {
    if (this.#text[this.#at] !== char) throw this.#unexpected(wanted)
    this.#at++
  }

  #unexpected(wanted: string): Error {
    const char = this.#text[this.#at]
    const got = char === undefined ? 'the file ends' : `there is ${JSON.stringify(char)}`
    return unreadable(this.#at, `Expected ${wanted}, but ${got}.`)
  }
}

/** How many units of the file one unit of a string literal takes. */
function unitLength(text: string, at: number): number {
  if (text[at] !== '\\') return 1
  return text[at + 1] === 'u' ? 6 : 2
}
