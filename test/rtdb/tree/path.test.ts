import { DataError, formatPath, parsePath, parseWritePath } from '../../../rtdb/src/tree/index.ts'

describe('paths', () => {
  test.each([
    ['', []],
    ['/', []],
    ['/a/b', ['a', 'b']],
    ['a/b/', ['a', 'b']],
    ['//a///b', ['a', 'b']],
    ['/__proto__/%2F/é', ['__proto__', '%2F', 'é']],
  ])('%j', (text, path) => {
    expect(parsePath(text)).toEqual(path)
  })

  test('are written with a leading slash', () => {
    expect(formatPath([])).toBe('/')
    expect(formatPath(['a', 'b'])).toBe('/a/b')
  })

  test.each(['/.info/connected', '/a.b', '/a/.priority', '/a/$b', '/#', '/[0]', '/a\u0000'])(
    '%j is none',
    (text) => {
      expect(() => parsePath(text)).toThrow(DataError)
      expect(() => parsePath(text)).toThrow('Invalid path: Invalid token in path')
    },
  )

  test('32 keys are the most', () => {
    expect(parsePath('/a'.repeat(32))).toHaveLength(32)
    expect(() => parsePath('/a'.repeat(33))).toThrow('Invalid path: more than 32 keys deep')
  })

  test.each([
    ['/a/b', ['a', 'b'], false],
    ['/a/.priority', ['a'], true],
    ['/.priority', [], true],
    ['.priority', [], true],
    ['/', [], false],
  ])('to be written: %j', (text, path, isPriority) => {
    expect(parseWritePath(text)).toEqual({ path, isPriority })
  })

  test.each(['/a.priority', '/.priority/a', '/.priority/.priority', '/a/.value'])(
    'to be written: %j is none',
    (text) => {
      expect(() => parseWritePath(text)).toThrow(DataError)
    },
  )
})
