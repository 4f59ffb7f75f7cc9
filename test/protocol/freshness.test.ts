import { freshness, TOLERANCES } from '../../protocol/src/index.ts'

const NOW = 1_795_300_000

test('the window of the contract: 300 s past, 30 s future', () => {
  expect(TOLERANCES).toEqual({ pastSeconds: 300, futureSeconds: 30 })
})

test.each([
  [-86_400, undefined, 'stale'],
  [-301, undefined, 'stale'],
  [-300, undefined, 'fresh'],
  [-1, undefined, 'fresh'],
  [0, undefined, 'fresh'],
  [30, undefined, 'fresh'],
  [31, undefined, 'future'],
  [86_400, undefined, 'future'],
  [-10, 0, 'fresh'],
  [-10, 1, 'fresh'],
  [-10, -1, 'expired'],
  [-301, 60, 'stale'],
  [31, 60, 'future'],
] as const)('created %i s from now, expires %p: %s', (created, expires, verdict) => {
  const time = {
    created: NOW + created,
    expires: expires === undefined ? undefined : NOW + expires,
    nowSeconds: NOW,
  }
  expect(freshness(time)).toBe(verdict)
})
