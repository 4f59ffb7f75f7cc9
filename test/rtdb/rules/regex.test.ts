import fc from 'fast-check'
import { ask, refusal } from './asking.ts'

function matches(pattern: string, text: string, flags = ''): unknown {
  return ask(`${JSON.stringify(text)}.matches(/${pattern}/${flags})`)
}

describe('a pattern matches', () => {
  test.each([
    // pattern, a text it matches, a text it does not
    ['b', 'abc', 'ac'],
    ['^b', 'bc', 'ab'],
    ['b$', 'ab', 'bc'],
    ['^b$', 'b', 'bb'],
    ['^$', '', 'a'],
    ['^ab*$', 'abbb', 'b'],
    ['^ab+$', 'abb', 'a'],
    ['^ab?$', 'a', 'abb'],
    ['^a{3}$', 'aaa', 'aa'],
    ['^a{2,}$', 'aaaaa', 'a'],
    ['^a{2,3}$', 'aaa', 'aaaa'],
    ['^a{0,1}$', '', 'aa'],
    ['^.$', 'x', ''],
    ['^a.b$', 'a\nb', 'ab'],
    ['^(ab)*$', 'abab', 'aba'],
    ['^(a|bc)$', 'bc', 'ac'],
    ['a|b', 'xbx', 'xcx'],
    ['^(a|b)?$', '', 'c'],
    ['^[akz]$', 'k', 'b'],
    ['^[a-f]+$', 'fade', 'fadz'],
    ['^[^a-f]+$', 'xyz', 'xya'],
    ['^[-a]+$', '-a-', 'b'],
    ['^[a-]+$', 'a-', 'b'],
    ['^[a^]+$', '^a', 'b'],
    ['^[.*+?(){}|$]+$', '.*+?(){}|$', 'a'],
    ['^[\\]\\\\]+$', ']\\', 'a'],
    ['^[\\w.-]+$', 'a_1.-', 'a b'],
    ['^[\\w-.]+$', 'a-.', '!'],
    ['^[\\s\\d]+$', '1 2', 'a'],
    ['^\\d\\D\\w\\W\\s\\S$', '1a_! x', '11_! x'],
    ['^\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\\\/$', '.*+?()[]{}|^$\\/', 'a'],
    ['^a\\-b$', 'a-b', 'ab'],
    ['^a]b}$', 'a]b}', 'ab'],
    // At the start of an alternative or group, signs of repetition mean themselves.
    ['^(?:foo)$', '?:foo', 'foo'],
    ['^(*a)$', '*a', 'a'],
    ['+1', 'a+1', '1'],
    ['^+1$', '+1', '1'],
    ['^(a|+b)$', '+b', 'b'],
    // A second quantifier repeats the repetition; there is no lazy matching.
    ['^a+?$', '', 'b'],
    ['^a**$', 'aa', 'b'],
    ['^a++$', 'aa', ''],
    // Anchors hold for all alternatives.
    ['^a|b$', 'b', 'ab'],
    // From the official documentation.
    [
      '^(19|20)[0-9][0-9][-\\/. ](0[1-9]|1[012])[-\\/. ](0[1-9]|[12][0-9]|3[01])$',
      '2024-02-29',
      '2024-13-01',
    ],
    ['^[A-Z0-9._%+-]+@[A-Z0-9.-]+\\.[A-Z]{2,4}$', 'ADA@EXAMPLE.COM', 'ADA@EXAMPLE'],
  ])('/%s/: %p, not %p', (pattern, good, bad) => {
    expect(matches(pattern, good)).toBe(true)
    expect(matches(pattern, bad)).toBe(false)
  })

  test('the flag i ignores case, without it case counts', () => {
    expect(matches('^yes$', 'YES', 'i')).toBe(true)
    expect(matches('^[a-c]$', 'B', 'i')).toBe(true)
    expect(matches('^yes$', 'YES')).toBe(false)
  })
})

describe('a pattern is refused', () => {
  test.each([
    ['a^', 1, "'^' in the middle (^ may only come first, $ only last)"],
    ['^a|^b', 3, "'^' in the middle"],
    ['a$b', 1, "'$' in the middle"],
    ['(a$)', 2, "'$' in the middle"],
    ['(^a)', 1, "'^' in the middle"],
    ['^', 1, 'an empty alternative or group'],
    ['$', 0, 'an empty alternative or group'],
    ['a|', 2, 'an empty alternative or group'],
    ['|a', 0, 'an empty alternative or group'],
    ['a||b', 2, 'an empty alternative or group'],
    ['()', 1, 'an empty alternative or group'],
    ['(a|)', 3, 'an empty alternative or group'],
    ['(a', 2, "a '(' without ')'"],
    ['a)', 1, "')' without '('"],
    ['(?=a)', 1, 'look-around or a named group'],
    ['(?!a)', 1, 'look-around or a named group'],
    ['(?<=a)', 1, 'look-around or a named group'],
    ['(?<n>a)', 1, 'look-around or a named group'],
    ['(a)\\1', 3, "'\\1'"],
    ['\\bword', 0, "'\\b'"],
    ['a\\n', 1, "'\\n'"],
    ['\\p{L}', 0, "'\\p'"],
    ['[\\b]', 1, "'\\b'"],
    ['[]', 0, 'an empty set'],
    ['[^]', 0, 'an empty set'],
    ['[z-a]', 1, 'a range out of order'],
    ['[a-\\w]', 1, 'a range out of order'],
    ['a{', 1, "a '{' that is no repetition such as {2} or {2,5}"],
    ['a{,3}', 1, "a '{' that is no repetition"],
    ['a{x}', 1, "a '{' that is no repetition"],
    ['a{3,2}', 1, 'a repetition out of order or above 1000'],
    ['a{1001}', 1, 'a repetition out of order or above 1000'],
    ['a{2}{3}', 7, 'a repetition of a repetition; put the inner one into a group'],
    ['a{2}?', 5, 'a repetition of a repetition'],
  ])('/%s/', (pattern, at, problem) => {
    const found = refusal(`'a'.matches(/${pattern}/)`)
    expect(found.problem).toContain(`Regular expressions of rules cannot have ${problem}`)
    expect(found.at).toBe("'a'.matches(/".length + at)
  })

  test.each(['g', 'm', 'ig', 'ii', 'u', 's'])('with the flag %s', (flags) => {
    expect(refusal(`'a'.matches(/a/${flags})`).problem).toBe(`The only flag is i, not '${flags}'.`)
  })

  test('that JavaScript cannot hold', () => {
    expect(refusal(`'a'.matches(/${'a'.repeat(1_000_000)}/)`).problem).toBe(
      'This regular expression is too large.',
    )
  })
})

test('literal text, escaped, matches itself alone', () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const pattern = a.replace(/[^A-Za-z0-9]/g, '\\$&')
      expect(matches(`^${pattern}$`, a)).toBe(true)
      expect(matches(`^${pattern}$`, b)).toBe(a === b)
    }),
  )
})

test('any pattern is a verdict or a RulesError', () => {
  const pattern = fc
    .array(fc.constantFrom(...'ab01^$.*+?()[]{}|\\-,/:=!wdsWDS'), { minLength: 1, maxLength: 14 })
    .map((chars) => chars.join(''))
  fc.assert(
    fc.property(pattern, fc.string({ maxLength: 8 }), (source, text) => {
      try {
        expect([true, false]).toContain(matches(source, text))
      } catch (error) {
        expect((error as Error).name).toBe('RulesError')
      }
    }),
    { numRuns: 2000 },
  )
})
