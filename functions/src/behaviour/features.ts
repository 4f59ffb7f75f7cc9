import type { Feature } from '../behaviourSettings.ts'
import type { NetworkSignal, Signal } from '../usage/signals.ts'
import type { NetworkRow, UsageRow } from '../usage/stored.ts'

/** What is known of an install: what it did, and what its network did. */
export interface Evidence {
  /** Of its key, and of the keys that it had before in the same place: a rotation hides nothing. */
  readonly rows: readonly Dated<UsageRow>[]
  /** Of the networks that it was seen in. */
  readonly networks: readonly Dated<NetworkRow>[]
  /** When its first key was issued, Unix milliseconds. */
  readonly createdAt: number
  /** When each of its keys was issued, as far back as they are known. */
  readonly keysAt?: readonly number[]
  /** What was seen up to this hour (whole, since 1970) is spent: it was answered, or forgiven. */
  readonly spentHour?: number
}

export interface Dated<Row> {
  /** Whole UTC days since 1970. */
  readonly day: number
  readonly row: Row
}

/** What of it says something, with the window that it is counted in. The docs have the same table. */
export const FEATURES = {
  forged_day: 'wrong signatures under its API key in 24 h',
  stale_hour: 'requests outside the time window in 1 h',
  replayed_hour: 'replayed requests in 1 h',
  limited_hour: 'requests above its rate in 1 h',
  busy_day: 'minutes at more than half of its rate in 24 h',
  awake_day: 'hours with requests in 24 h',
  otp_hour: 'wrong codes in 1 h',
  otp_week: 'wrong codes in 7 days',
  login_hour: 'wrong passwords in 1 h',
  budget_day: 'texts refused by a budget in 24 h',
  phones_day: 'phone numbers in 24 h',
  phones_week: 'phone numbers in 7 days',
  countries_week: 'countries of phone numbers in 7 days',
  networks_day: 'networks on one day',
  keys_day: 'keys of one install in 24 h, by rotation or by registering anew',
  unattested_day: 'requests that attestation did not find genuine in 24 h',
  probing_day: 'requests beyond its scopes and paths in 24 h',
  account_calls_day: 'calls of account routes in 24 h, if it makes hardly any other',
  network_installs_hour: 'new installs in its network in 1 h, for an install of the last 24 h',
  network_refused_hour:
    'refused registrations and wrong one-time passwords in its network in 1 h, for an install of the last 24 h',
} as const satisfies Readonly<Record<Feature, string>>
export type Features = Readonly<Record<Feature, number>>

/** Whole days whose rows can lie in the widest window: seven, and the one that it begins in. */
export const DAYS_READ = 8

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const HOUR = 1
const DAY = 24
const WEEK = 7 * DAY

/** Only a key that is used for nothing but accounts: this share of its requests. */
const ACCOUNT_SHARE = 0.9

/** Requests that make an hour count as awake: a phone asks for news at night as well. */
const AWAKE_REQUESTS = 10

/**
 * Pure, and more of anything that is counted never makes a feature smaller; but for `account_calls_day`,
 * which other requests make smaller. A window slides: of the hour that it begins in, it has the share
 * that is left.
 */
export function featuresOf(evidence: Evidence, nowMs: number): Features {
  const { rows, networks, createdAt, keysAt = [], spentHour = -1 } = evidence
  const windowed = { nowMs, spentHour }
  const count = (signal: Signal, hours: number) =>
    sumOf(rows, ({ row }, hour) => row.signals?.[hour]?.[signal], { ...windowed, hours })
  const around = (signal: NetworkSignal) =>
    sumOf(networks, ({ row }, hour) => row.signals?.[hour]?.[signal], { ...windowed, hours: HOUR })
  const distinct = (table: 'phones' | 'countries', hours: number) => {
    const since = Math.max(hourOf(nowMs) - hours, spentHour + 1)
    const seen = rows.flatMap(({ row }) => Object.entries(row[table] ?? {}))
    return new Set(seen.filter(([, ms]) => hourOf(ms) >= since).map(([name]) => name)).size
  }

  const accountCalls = count('sms', DAY) + count('accounts', DAY)
  const requests = sumOf(rows, ({ row }, hour) => row.hours?.[hour], { ...windowed, hours: DAY })
  const isNew = nowMs - createdAt < DAY_MS
  const features: Features = {
    forged_day: count('forged', DAY),
    stale_hour: count('stale', HOUR),
    replayed_hour: count('replayed', HOUR),
    limited_hour: count('limited', HOUR),
    busy_day: count('busy', DAY),
    awake_day: awakeHours(rows, windowed),
    otp_hour: count('otp', HOUR),
    otp_week: count('otp', WEEK),
    login_hour: count('login', HOUR),
    budget_day: count('budget', DAY),
    phones_day: distinct('phones', DAY),
    phones_week: distinct('phones', WEEK),
    countries_week: distinct('countries', WEEK),
    networks_day: networksOnOneDay(rows, windowed),
    keys_day: keysAt.filter((ms) => nowMs - ms < DAY_MS && hourOf(ms) > spentHour).length,
    unattested_day: count('unattested', DAY),
    probing_day: count('probing', DAY),
    account_calls_day: accountCalls >= ACCOUNT_SHARE * requests ? accountCalls : 0,
    network_installs_hour: isNew ? around('installs') : 0,
    network_refused_hour: isNew ? around('refused') + around('otp') : 0,
  }
  return Object.fromEntries(
    Object.entries(features).map(([name, value]) => [name, Math.round(value * 10) / 10]),
  ) as Features
}

interface Window {
  readonly nowMs: number
  readonly spentHour: number
}

/** Adds up the hours of a window; of the one that it begins in, the share that is left. */
function sumOf<Row>(
  dated: readonly Dated<Row>[],
  at: (one: Dated<Row>, hour: string) => number | undefined,
  { nowMs, spentHour, hours }: Window & { readonly hours: number },
): number {
  const nowHour = hourOf(nowMs)
  const first = nowHour - hours
  let sum = 0
  for (const one of dated) {
    for (
      let hour = Math.max(one.day * 24, first, spentHour + 1);
      hour < one.day * 24 + 24;
      hour += 1
    ) {
      if (hour > nowHour + 1) break
      const share = hour === first ? 1 - (nowMs % HOUR_MS) / HOUR_MS : 1
      sum += share * (at(one, hourName(hour)) ?? 0)
    }
  }
  return sum
}

function awakeHours(rows: readonly Dated<UsageRow>[], { nowMs, spentHour }: Window): number {
  const first = Math.max(hourOf(nowMs) - DAY + 1, spentHour + 1)
  let awake = 0
  for (let hour = first; hour <= hourOf(nowMs); hour += 1) {
    const requests = rows
      .filter(({ day }) => day === Math.floor(hour / 24))
      .reduce((sum, { row }) => sum + (row.hours?.[hourName(hour)] ?? 0), 0)
    if (requests >= AWAKE_REQUESTS) awake += 1
  }
  return awake
}

/** On the day, of those that the last 24 h touch, that has the most. */
function networksOnOneDay(rows: readonly Dated<UsageRow>[], { nowMs, spentHour }: Window): number {
  const today = Math.floor(nowMs / DAY_MS)
  const days = [today - 1, today].filter((day) => day > Math.floor(spentHour / 24))
  const counts = days.map((day) => {
    const ofDay = rows.filter((one) => one.day === day)
    return new Set(ofDay.flatMap(({ row }) => Object.keys(row.networks ?? {}))).size
  })
  return Math.max(0, ...counts)
}

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS)

/** `00` to `23`. */
const hourName = (hour: number): string => String(hour % 24).padStart(2, '0')
