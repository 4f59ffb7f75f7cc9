import { FEATURES, featuresOf, type Features } from '../../../functions/src/behaviour/features.ts'
import type { Feature } from '../../../functions/src/behaviourSettings.ts'
import { DAY_MS, evidenceOf, HOUR_MS, names, NOW, type Hour } from './harness/evidence.ts'

const NOTHING = Object.fromEntries(Object.keys(FEATURES).map((name) => [name, 0])) as Features
const some = (hours: readonly Hour[], createdAt?: number) =>
  Object.fromEntries(
    Object.entries(featuresOf(evidenceOf(hours, createdAt), NOW)).filter(([, value]) => value > 0),
  )

test('of nothing there is nothing', () => {
  expect(featuresOf(evidenceOf([]), NOW)).toEqual(NOTHING)
})

test.each<[string, Hour, Partial<Record<Feature, number>>]>([
  ['forged', { at: NOW, signals: { forged: 3 } }, { forged_day: 3 }],
  ['stale', { at: NOW, signals: { stale: 3 } }, { stale_hour: 3 }],
  ['replayed', { at: NOW, signals: { replayed: 3 } }, { replayed_hour: 3 }],
  ['limited', { at: NOW, signals: { limited: 3 } }, { limited_hour: 3 }],
  ['busy', { at: NOW, signals: { busy: 3 } }, { busy_day: 3 }],
  ['otp', { at: NOW, signals: { otp: 3 } }, { otp_hour: 3, otp_week: 3 }],
  ['login', { at: NOW, signals: { login: 3 } }, { login_hour: 3 }],
  ['budget', { at: NOW, signals: { budget: 3 } }, { budget_day: 3 }],
  ['unattested', { at: NOW, signals: { unattested: 3 } }, { unattested_day: 3 }],
  ['probing', { at: NOW, signals: { probing: 3 } }, { probing_day: 3 }],
  ['phones', { at: NOW, phones: names(3) }, { phones_day: 3, phones_week: 3 }],
  ['countries', { at: NOW, countries: ['AT', 'DE'] }, { countries_week: 2 }],
  ['networks', { at: NOW, networks: names(3) }, { networks_day: 3 }],
  ['hours', { at: NOW, requests: 10 }, { awake_day: 1 }],
  ['hours with little', { at: NOW, requests: 9 }, {}],
])('%s', (_name, hour, features) => {
  expect(some([hour])).toEqual(features)
})

describe('a window slides', () => {
  const limited = (ago: number) =>
    featuresOf(evidenceOf([{ at: NOW - ago, signals: { limited: 90 } }]), NOW).limited_hour
  test('of the hour that it begins in it has the share that is left', () => {
    // It is 20 minutes past: of the hour before, 40 minutes are in the window.
    expect([limited(0), limited(HOUR_MS), limited(2 * HOUR_MS)]).toEqual([90, 60, 0])
  })

  const phones = (ago: number) => {
    const { phones_day, phones_week } = featuresOf(
      evidenceOf([{ at: NOW - ago, phones: names(2) }]),
      NOW,
    )
    return [phones_day, phones_week]
  }
  test('over midnight, and over a week', () => {
    expect([phones(20 * HOUR_MS), phones(2 * DAY_MS), phones(8 * DAY_MS)]).toEqual([
      [2, 2],
      [0, 2],
      [0, 0],
    ])
  })

  test('a number that is seen on several days, or by several keys of the place, is one', () => {
    const days = [0, 1, 2].map((ago) => ({ at: NOW - ago * DAY_MS, phones: names(2) }))
    expect(some(days)).toEqual({ phones_day: 2, phones_week: 2 })
  })
})

test('networks are those of one day: two days of a phone on the move do not add up', () => {
  const today = { at: NOW, networks: ['a', 'b'] }
  const yesterday = { at: NOW - DAY_MS, networks: ['c', 'd', 'e'] }
  expect(some([today, yesterday])).toEqual({ networks_day: 3 })
})

test('account calls count where there is hardly anything else', () => {
  const calls = { sms: 5, accounts: 15 }
  expect(some([{ at: NOW, requests: 20, signals: calls }])).toMatchObject({ account_calls_day: 20 })
  expect(some([{ at: NOW, requests: 23, signals: calls }])).toEqual({ awake_day: 1 })
})

test('keys count that were issued in 24 h, and were not answered yet', () => {
  const keysAt = [NOW, NOW - HOUR_MS, NOW - DAY_MS + 1, NOW - DAY_MS]
  const keys = (spentHour?: number) =>
    featuresOf({ ...evidenceOf([]), keysAt, ...(spentHour && { spentHour }) }, NOW).keys_day
  expect([keys(), keys(Math.floor(NOW / HOUR_MS) - 1)]).toEqual([3, 1])
})

test('what happens around counts for an install of the last 24 h alone', () => {
  const around = { installs: 90, refused: 30, otp: 12 }
  const hours = [{ at: NOW, around }]
  expect(some(hours, NOW - DAY_MS + 1)).toEqual({
    network_installs_hour: 90,
    network_refused_hour: 42,
  })
  expect(some(hours, NOW - DAY_MS)).toEqual({})
})

test('what was spent counts no more', () => {
  const hours = [0, 1, 2].map((ago) => ({
    at: NOW - ago * HOUR_MS,
    requests: 50,
    signals: { otp: 4, busy: 2 },
    phones: [`phone-${ago}`],
    networks: names(5),
  }))
  const spentHour = Math.floor(NOW / HOUR_MS) - 1
  const features = featuresOf({ ...evidenceOf(hours), spentHour }, NOW)
  expect(features).toMatchObject({ otp_hour: 4, otp_week: 4, busy_day: 2, awake_day: 1 })
  expect(features).toMatchObject({ phones_day: 1, networks_day: 0 })
})
