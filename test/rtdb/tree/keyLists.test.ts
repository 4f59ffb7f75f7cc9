import { legalKeys, sharedKeys } from '../../../rtdb/src/tree/keyLists.ts'

const accept = () => undefined
const refuse = (key: string) => {
  throw new Error(`checked ${key}`)
}

describe('lists of keys', () => {
  test('that are alike are one list', () => {
    expect(sharedKeys(['a', 'b'])).toBe(sharedKeys(['a', 'b']))
    expect(sharedKeys(['a', 'b'])).not.toBe(sharedKeys(['a', 'c']))
  })

  test('are one list in whatever order they come', () => {
    expect(legalKeys(['q', 'p', '10', '9'], accept)).toEqual(['9', '10', 'p', 'q'])
    expect(legalKeys(['9', 'q', '10', 'p'], accept)).toBe(legalKeys(['q', 'p', '10', '9'], accept))
    expect(legalKeys(['q', 'p', '10', '9'], accept)).toBe(sharedKeys(['9', '10', 'p', 'q']))
  })

  test('are checked once', () => {
    expect(() => legalKeys(['never', 'before'], refuse)).toThrow('checked never')
    expect(() => legalKeys(['never', 'before'], refuse)).toThrow('checked never')
    legalKeys(['never', 'before'], accept)
    expect(legalKeys(['never', 'before'], refuse)).toEqual(['before', 'never'])
  })

  test('no illegal key passes for two legal ones that are known', () => {
    legalKeys(['a', 'b'], accept)
    legalKeys(['a', 'b', 'c'], accept)
    expect(() => legalKeys(['a/b'], refuse)).toThrow('checked a/b')
    expect(() => legalKeys(['a/b', 'c'], refuse)).toThrow('checked a/b')
    expect(() => legalKeys(['a', 'b/c'], refuse)).toThrow('checked a')
  })

  test('that are long are left alone', () => {
    const long = Array.from({ length: 17 }, (_, i) => `${i}`)
    expect(sharedKeys(long)).toBe(long)
    expect(sharedKeys([...long])).not.toBe(long)
  })

  test('stay right when more come than are remembered', () => {
    for (let i = 0; i < 10_000; i++) {
      expect(legalKeys([`z${i}`, `a${i}`], accept)).toEqual([`a${i}`, `z${i}`])
    }
  })
})
