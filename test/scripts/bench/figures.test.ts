import { faults, rowFigures, spread, type Figures } from '../../../scripts/bench/figures.ts'
import type { Slice } from '../../../scripts/bench/load.ts'
import { requirements } from '../../../scripts/bench/requirements.ts'
import type { Measured } from '../../../scripts/bench/rounds.ts'

const slice = (cpuMicros: number): Slice => ({
  requests: 1000,
  seconds: 2,
  cpuMicros,
  p50: 3,
  p99: 9,
  rss: 60e6,
})

/** Exactly at every limit. */
const LOAD: Measured = {
  bare: [slice(10), slice(13)],
  express: [slice(100)],
  npmAssembly: [slice(170)],
  frameworkHello: [slice(85)],
  oursFramework: [slice(100)],
  ours: [slice(100)],
  forged: [slice(100)],
  tampered: [slice(100)],
}
const VERIFICATION = {
  floor: 1000,
  latchkey: 3000,
  'latchkey, forged key': 1500,
  'http-message-signatures': 12_000,
  'http-message-sig': 18_000,
}
const GOOD: Figures = {
  load: { GET: LOAD, POST: LOAD },
  verification: { GET: VERIFICATION, POST: VERIFICATION },
  operations: {
    forged: { reads: 0, writes: 0 },
    tampered: { reads: 0, writes: 0 },
    warm: { reads: 0, writes: 0 },
    durable: { reads: 0, writes: 1 },
    registration: { reads: 2, writes: 3, cpuMicros: 1, p50: 1, p99: 1 },
  },
  imports: [{ node: 'v20', bundle: 100, packages: 200 }],
  cache: { installs: 100_000, afterMb: 200, cachesMb: 150 },
}

const missed = (figures: Figures) =>
  requirements(figures)
    .filter(({ isMet }) => !isMet)
    .map(({ what }) => what)

const withGet = (rows: Measured): Figures => ({
  ...GOOD,
  load: { ...GOOD.load, GET: { ...LOAD, ...rows } },
})

test('figures exactly at their limits are good', () => {
  expect(missed(GOOD)).toEqual([])
})

test.each<[keyof Measured, number, number]>([
  ['oursFramework', 101, 1],
  ['ours', 99, 2],
  ['ours', 101, 2],
  ['forged', 101, 1],
  ['tampered', 101, 1],
  ['npmAssembly', 169, 1],
  ['express', 99, 1],
])('%s of %d µs misses what it belongs to', (name, cpuMicros, count) => {
  expect(missed(withGet({ [name]: [slice(cpuMicros)] }))).toHaveLength(count)
})

test('a row that failed is told, and what rests on it is missed', () => {
  const figures = withGet({ ours: 'expected 200 only' })
  expect(faults(figures)).toEqual(['GET ours: expected 200 only'])
  expect(missed(figures)).toHaveLength(4)
})

test('the CPU figure is the 25th percentile, the rest are medians', () => {
  const slices = [90, 10, 30, 20, 40].map(slice)
  expect(rowFigures(slices)).toEqual({
    cpuMicros: 20,
    perSecond: 500,
    p50: 3,
    p99: 9,
    residentMb: 60,
  })
})

test('the spread is that of the bare row, at worst', () => {
  expect(spread(GOOD)).toBe(1.3)
  expect(spread(withGet({ bare: [slice(10), slice(30), slice(20)] }))).toBe(3)
})
