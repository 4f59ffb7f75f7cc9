/** What a limit counts by. */
export type Counted = 'number' | 'prefix' | 'country' | 'address' | 'install' | 'global'

/** One row of the table: at most `quota` texts in a window, for each different value of `by`. */
export interface SmsLimit {
  readonly name: string
  readonly by: Counted
  readonly windowSeconds: number
  readonly quota: number
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Every limit on texts but the cooldown, from the narrowest to the widest, with its setting. */
const TABLE = [
  // A person who waits for a code asks again after a minute, and gives up after three.
  ['number-10min', 'number', 10 * MINUTE, 'smsPerNumber10Minutes'],
  ['number-day', 'number', DAY, 'smsPerNumberDay'],
  ['install-hour', 'install', HOUR, 'smsPerInstallHour'],
  // Pumping earns by numbers that lie side by side; customers do not.
  ['prefix-hour', 'prefix', HOUR, 'smsPerPrefixHour'],
  ['address-hour', 'address', HOUR, 'smsPerAddressHour'],
  ['country-hour', 'country', HOUR, 'smsPerCountryHour'],
  // What a day can cost at the very most.
  ['global-day', 'global', DAY, 'smsPerDay'],
] as const satisfies readonly (readonly [string, Counted, number, string])[]

export type SmsLimitSettings = Readonly<Record<(typeof TABLE)[number][3], number>>

/** The table with the quotas of this deployment. */
export const smsLimits = (settings: SmsLimitSettings): readonly SmsLimit[] =>
  TABLE.map(([name, by, windowSeconds, setting]) => ({
    name,
    by,
    windowSeconds,
    quota: settings[setting],
  }))

/** The windows that counters lie in, for the sweep. */
export const SMS_WINDOWS = TABLE.map(([name, , windowSeconds]) => ({ name, windowSeconds }))
