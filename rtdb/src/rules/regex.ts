import { forbidden } from './sourceError.ts'

/**
 * Translates a regular expression of the rules language into JavaScript's.
 *
 * The language is that of the automaton library on the official server, smaller than JavaScript's and read differently in
 * places: `^` and `$` may only stand first and last and then hold for all alternatives; `.` is any character, a line break
 * too; a second quantifier repeats the repetition (no lazy matching); at the start of an alternative `?`, `*`, `+` and `{`
 * mean themselves, so that `(?:` is a group that starts with `?:`. Look-around, back-references and named sets do not
 * exist; a backslash before a letter or digit other than `\w \W \d \D \s \S` is refused here, because it would silently
 * mean that letter.
 *
 * The automaton needs linear time. JavaScript backtracks: nested repetition such as `(a*)*$` can take exponential time on
 * a hostile value. Whoever writes the rules is trusted with that.
 * @throws SourceError at `at`, the place of the literal in its expression.
 */
export function compileRegex(pattern: string, flags: string, at: number): RegExp {
  if (flags !== '' && flags !== 'i') throw forbidden(at, `The only flag is i, not '${flags}'.`)
  const source = new Translator(pattern, at).whole()
  try {
    const regex = new RegExp(source, `s${flags}`)
    regex.test('') // V8 compiles at the first use, and only then finds it too large.
    return regex
  } catch {
    throw forbidden(at, 'This regular expression is too large.')
  }
}

const GROUPS_MAX = 100
const REPEATS_MAX = 1000

const literalMeta = /[\\^$.*+?()[\]{}|/-]/
const repeatCount = /\{(\d+)(?:(,)(\d*))?\}/y

class Translator {
  readonly #pattern: string
  readonly #literalAt: number
  #at = 0
  #depth = 0

  constructor(pattern: string, literalAt: number) {
    this.#pattern = pattern
    this.#literalAt = literalAt
  }

  whole(): string {
    const start = this.#take('^')
    const onlyAnchors = start && this.#endsHere()
    const body = onlyAnchors ? '' : this.#union()
    const end = this.#endsHere() && this.#take('$')
    if (this.#at < this.#pattern.length) throw this.#error("')' without '('")
    return `${start ? '^' : ''}(?:${body})${end ? '$' : ''}`
  }

  #union(): string {
    const branches = [this.#branch()]
    while (this.#take('|')) branches.push(this.#branch())
    return branches.join('|')
  }

  #branch(): string {
    let branch = ''
    while (!this.#endsBranch()) branch += this.#repeated(branch === '')
    if (branch === '') throw this.#error('an empty alternative or group')
    return branch
  }

  #endsBranch(): boolean {
    const char = this.#peek()
    return char === '' || char === '|' || char === ')' || (this.#depth === 0 && this.#endsHere())
  }

  /** At the closing `$`. */
  #endsHere(): boolean {
    return this.#peek() === '$' && this.#at === this.#pattern.length - 1
  }

  #repeated(first: boolean): string {
    const atom = this.#atom(first)
    let quantifier = this.#quantifier()
    for (let next = quantifier; quantifier !== '' && next !== '';) {
      next = this.#quantifier()
      if (next !== '') quantifier = this.#combine(quantifier, next)
    }
    return atom + quantifier
  }

  /** `a+?` is an optional `a+`, which is `a*`: written so, no repetition is nested in another. */
  #combine(inner: string, outer: string): string {
    if (inner.startsWith('{') || outer.startsWith('{')) {
      throw this.#error('a repetition of a repetition; put the inner one into a group')
    }
    return inner === outer ? inner : '*'
  }

  #quantifier(): string {
    for (const sign of ['*', '+', '?']) if (this.#take(sign)) return sign
    if (this.#peek() !== '{') return ''
    repeatCount.lastIndex = this.#at
    const match = repeatCount.exec(this.#pattern)
    if (match === null) throw this.#error("a '{' that is no repetition such as {2} or {2,5}")
    const [text, min = '', comma, max] = match
    const most = max === undefined || max === '' ? min : max
    if (Number(most) > REPEATS_MAX || Number(most) < Number(min)) {
      throw this.#error(`a repetition out of order or above ${REPEATS_MAX}`)
    }
    this.#at += text.length
    return `{${Number(min)}${comma ?? ''}${max === undefined || max === '' ? '' : Number(max)}}`
  }

  #atom(first: boolean): string {
    const char = this.#next()
    if (char === '(') return this.#group()
    if (char === '[') return this.#set()
    if (char === '.') return '.'
    if (char === '\\') return this.#escape().source
    if (char === '^' || char === '$') {
      this.#at--
      throw this.#error(`'${char}' in the middle (^ may only come first, $ only last)`)
    }
    if (!first && '*+?{'.includes(char)) throw this.#error(`'${char}' with nothing to repeat`)
    return quote(char)
  }

  #group(): string {
    if (++this.#depth > GROUPS_MAX) throw this.#error('groups nested too deeply')
    if (/^\?(?:[=!]|<)/.test(this.#pattern.slice(this.#at, this.#at + 2))) {
      throw this.#error('look-around or a named group')
    }
    const union = this.#union()
    if (!this.#take(')')) throw this.#error("a '(' without ')'")
    this.#depth--
    return `(?:${union})`
  }

  #set(): string {
    const start = this.#at - 1
    const negated = this.#take('^')
    let items = ''
    while (this.#peek() !== ']') items += this.#setItem()
    this.#at++
    if (items === '') throw this.#error('an empty set', start)
    return `[${negated ? '^' : ''}${items}]`
  }

  #setItem(): string {
    const start = this.#at
    const low = this.#setChar()
    const isRange = this.#peek() === '-' && !['', ']'].includes(this.#pattern.charAt(this.#at + 1))
    if (low.char === null || !isRange) return low.source
    this.#at++
    const high = this.#setChar()
    if (high.char === null || high.char < low.char) throw this.#error('a range out of order', start)
    return `${low.source}-${high.source}`
  }

  #setChar(): Char {
    const char = this.#next()
    if (char === '') throw this.#error("a '[' without ']'")
    return char === '\\' ? this.#escape() : { char, source: quote(char) }
  }

  #escape(): Char {
    const start = this.#at - 1
    const char = this.#next()
    if ('wWdDsS'.includes(char) && char !== '') return { char: null, source: `\\${char}` }
    if (char === '' || /[A-Za-z0-9]/.test(char)) throw this.#error(`'\\${char}'`, start)
    return { char, source: quote(char) }
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at)
  }

  #next(): string {
    return this.#pattern.charAt(this.#at++)
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at++
    return true
  }

  #error(problem: string, at = Math.min(this.#at, this.#pattern.length)): Error {
    // The pattern starts behind the slash of the literal.
    return forbidden(
      this.#literalAt + 1 + at,
      `Regular expressions of rules cannot have ${problem}.`,
    )
  }
}

/** A character, or a set such as `\w` (`char` null), as JavaScript writes it. */
interface Char {
  readonly char: string | null
  readonly source: string
}

function quote(char: string): string {
  return literalMeta.test(char) ? `\\${char}` : char
}
