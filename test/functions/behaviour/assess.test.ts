import fc from 'fast-check'
import { assess } from '../../../functions/src/behaviour/assess.ts'
import { FEATURES, type Features } from '../../../functions/src/behaviour/features.ts'
import { RULES, STRANGERS_POINTS_MAX } from '../../../functions/src/behaviour/rules.ts'
import { parseRuleBounds, type Feature } from '../../../functions/src/behaviourSettings.ts'
import { SETTINGS } from './harness/evidence.ts'

const NAMES = Object.keys(FEATURES) as Feature[]
const of = (some: Partial<Record<Feature, number>>) =>
  Object.fromEntries(NAMES.map((name) => [name, some[name] ?? 0])) as Features

const anything = fc
  .record(Object.fromEntries(NAMES.map((name) => [name, fc.nat(2000)])))
  .map((record) => record as unknown as Features)
const causedBy = (who: string) => NAMES.filter((name) => RULES[name].causedBy === who)

test('each feature has its rule, with bounds in order and a weight', () => {
  expect(Object.keys(RULES)).toEqual(NAMES)
  for (const { from, full, weight, reason, honest } of Object.values(RULES)) {
    expect(from).toBeLessThan(full)
    expect(weight).toBeGreaterThan(0)
    expect([reason, honest]).not.toContain('')
  }
})

test.each(NAMES)('%s gives nothing up to its lower bound, all from the upper one on', (feature) => {
  const { from, full, weight } = RULES[feature]
  const points = (value: number) => assess(of({ [feature]: value }), SETTINGS).score
  expect([points(from), points(full), points(full * 10)]).toEqual([0, weight, weight])
  const between = points((from + full) / 2)
  expect(between).toBeGreaterThan(0)
  expect(between).toBeLessThan(weight)
})

test('reasons say which rules have added how much, most first', () => {
  const { score, own, reasons } = assess(
    of({ otp_hour: 20, replayed_hour: 70, phones_day: 3 }),
    SETTINGS,
  )
  expect({ score, own }).toEqual({ score: 83, own: 60 })
  expect(reasons).toEqual([
    { feature: 'otp_hour', value: 20, points: 60 },
    { feature: 'replayed_hour', value: 70, points: 23 },
  ])
})

test('the score is within 0 and 100, and never falls when a feature grows', () => {
  fc.assert(
    fc.property(anything, fc.constantFrom(...NAMES), fc.nat(2000), (features, name, more) => {
      const before = assess(features, SETTINGS)
      const after = assess({ ...features, [name]: features[name] + more }, SETTINGS)
      expect(after.score).toBeGreaterThanOrEqual(before.score)
      expect(after.own).toBeGreaterThanOrEqual(before.own)
      expect(after.score).toBeLessThanOrEqual(100)
      expect(before.own).toBeGreaterThanOrEqual(0)
      expect(before.own).toBeLessThanOrEqual(before.score)
    }),
  )
})

test('strangers add little to any score, whatever the weights', () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 1, max: 300 }), (features, weightsPercent) => {
      const settings = { ...SETTINGS, weightsPercent }
      const without = of({})
      const clean = { ...features }
      for (const name of causedBy('anyone')) clean[name] = without[name]
      const [all, own] = [assess(features, settings), assess(clean, settings)]
      expect(all.score - own.score).toBeLessThanOrEqual(STRANGERS_POINTS_MAX)
      expect(all.own).toBe(own.own)
    }),
  )
})

test('who has captured requests adds nothing to the part that suspends', () => {
  const captured = of(Object.fromEntries(causedBy('captured').map((name) => [name, 10_000])))
  const { score, own } = assess(captured, SETTINGS)
  expect([score, own]).toEqual([90, 0])
})

test('weights are scaled, and bounds are set or switched off', () => {
  const features = of({ otp_hour: 20, phones_day: 12 })
  expect(assess(features, { ...SETTINGS, weightsPercent: 50 }).score).toBe(60)
  const bounds = parseRuleBounds('otp_hour=off,phones_day=6-18')!
  expect(assess(features, { ...SETTINGS, bounds }).reasons).toEqual([
    { feature: 'phones_day', value: 12, points: 30 },
  ])
})

test.each([
  'otp_hour',
  'otp_hour=5',
  'otp_hour=9-9',
  'nothing=1-2',
  'toString=off',
  'busy_day=1-2,',
  'busy_day=off,busy_day=off',
])('%s says no bounds', (text) => {
  expect(parseRuleBounds(text)).toBeNull()
})
test('nothing says the table’s own', () => {
  expect(parseRuleBounds('')).toEqual(new Map())
})
