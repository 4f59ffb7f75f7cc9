import { makeRetiredVersions } from '../../../functions/src/guard/retiredVersions.ts'

const NEWEST = 9
const FROM = Date.parse('2026-12-01T00:00:00Z')

test('nothing is retired where nothing is set', () => {
  for (const text of ['', ' ']) expect(makeRetiredVersions(text, NEWEST)(1, FROM)).toBe(false)
})

test('a version is refused from its moment on, to the millisecond', () => {
  const isRetired = makeRetiredVersions('1@2026-12-01T00:00:00Z', NEWEST)
  expect(isRetired(1, FROM - 1)).toBe(false)
  expect(isRetired(1, FROM)).toBe(true)
  expect(isRetired(2, FROM)).toBe(false)
  expect(isRetired(NEWEST, FROM)).toBe(false)
})

test('without a moment, at once; several are separated by commas, blanks do no harm', () => {
  const isRetired = makeRetiredVersions('1@2026-12-01T00:00Z, 2', NEWEST)
  expect([isRetired(1, FROM - 1), isRetired(2, 0), isRetired(1, FROM)]).toEqual([false, true, true])
})

const MALFORMED = [
  'one',
  '0',
  '01',
  '1,',
  ',1',
  '1@',
  '1@2026-12-01',
  '1@2026-12-01T00:00:00',
  '1@2026-12-01T00:00:00+01:00',
  '1@2026-02-30T00:00:00Z',
  '1@2026-12-01T25:00:00Z',
  '1 2',
  '1@tomorrow',
]
test.each(MALFORMED)('%j is refused by the name of the setting', (text) => {
  expect(() => makeRetiredVersions(text, NEWEST)).toThrow(TypeError)
  expect(() => makeRetiredVersions(text, NEWEST)).toThrow(/^RETIRED_MASTER_VERSIONS must be/)
})

test('a version that is named twice is refused: which moment should count?', () => {
  expect(() => makeRetiredVersions('1,1@2026-12-01T00:00:00Z', NEWEST)).toThrow(
    'RETIRED_MASTER_VERSIONS names version 1 twice',
  )
})

test.each(['9', '1,9@2099-01-01T00:00:00Z'])('%j retires the newest: refused', (text) => {
  expect(() => makeRetiredVersions(text, NEWEST)).toThrow(
    'RETIRED_MASTER_VERSIONS retires 9, the newest version: add a newer one to MASTER_SECRETS first',
  )
})
