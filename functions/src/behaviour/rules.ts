import type { Bounds, Feature } from '../behaviourSettings.ts'

/**
 * Who can make a feature grow. `install`: only whoever signs with its secret. `captured`: also whoever has
 * captured one of its requests, or a step-up itself. `anyone`: also who knows its API key, or shares its network.
 */
export type CausedBy = 'install' | 'captured' | 'anyone'

/** One weighted rule: no points up to `from`, all of them from `full` on, in proportion between. */
export interface Rule extends Bounds {
  /** Points of 100. */
  readonly weight: number
  readonly causedBy: CausedBy
  /** What it may mean, for the operator. */
  readonly reason: string
  /** Which honest install comes near, and why `from` is where it is. */
  readonly honest: string
}

/**
 * The rules, one for each feature. Only those of `install` can suspend: nobody else can have an install
 * suspended. BEHAVIOUR_RULES sets other bounds, or switches one off; the docs have the same table.
 */
export const RULES: Readonly<Record<Feature, Rule>> = {
  forged_day: {
    from: 20,
    full: 200,
    weight: 10,
    causedBy: 'anyone',
    reason: 'its API key is known to somebody who has not its secret',
    honest: 'an app that has kept half of a credential: a few, then it registers anew',
  },
  stale_hour: {
    from: 60,
    full: 300,
    weight: 25,
    causedBy: 'captured',
    reason: 'old requests of it are sent again',
    honest: 'a wrong clock: one at each start, for the SDK learns the time',
  },
  replayed_hour: {
    from: 20,
    full: 120,
    weight: 45,
    causedBy: 'captured',
    reason: 'captured requests of it are sent again',
    honest: 'an HTTP stack that repeats by itself on a bad network: a few an hour',
  },
  limited_hour: {
    from: 150,
    full: 1000,
    weight: 60,
    causedBy: 'install',
    reason: 'it pays no regard to Retry-After, as a script does',
    honest: 'a ticket sale: a person who reloads for some minutes',
  },
  busy_day: {
    from: 60,
    full: 300,
    weight: 45,
    causedBy: 'install',
    reason: 'it is used for hours as fast as its rate allows, as for scraping',
    honest: 'a long game or a sync: less than an hour a day',
  },
  awake_day: {
    from: 19,
    full: 24,
    weight: 15,
    causedBy: 'install',
    reason: 'it is used around the clock: nobody sleeps',
    honest: 'a display on a wall, or tests that run every hour',
  },
  otp_hour: {
    from: 5,
    full: 20,
    weight: 60,
    causedBy: 'install',
    reason: 'it guesses codes',
    honest: 'somebody who mistypes, or takes the code of an earlier text: three or four',
  },
  otp_week: {
    from: 20,
    full: 60,
    weight: 60,
    causedBy: 'install',
    reason: 'it guesses codes slowly',
    honest: 'somebody with bad luck on two days',
  },
  login_hour: {
    from: 8,
    full: 20,
    weight: 50,
    causedBy: 'install',
    reason: 'it tries passwords',
    honest: 'somebody who has forgotten a password: five or six, then a reset',
  },
  budget_day: {
    from: 6,
    full: 40,
    weight: 40,
    causedBy: 'install',
    reason: 'it asks for more texts than the budgets give',
    honest: 'somebody whose texts do not come, and who asks again and again',
  },
  phones_day: {
    from: 3,
    full: 12,
    weight: 60,
    causedBy: 'install',
    reason: 'it works through phone numbers, as for pumping or for trying stolen passwords',
    honest: 'a family that shares a tablet, a second SIM, a typing error',
  },
  phones_week: {
    from: 8,
    full: 30,
    weight: 60,
    causedBy: 'install',
    reason: 'it works through phone numbers slowly',
    honest: 'a tester with a handful of numbers',
  },
  countries_week: {
    from: 2,
    full: 5,
    weight: 25,
    causedBy: 'install',
    reason: 'its phone numbers are of many countries, where texts cost most',
    honest: 'a traveller with a local SIM: two',
  },
  networks_day: {
    from: 9,
    full: 17,
    weight: 40,
    causedBy: 'install',
    reason: 'one key is used from many networks: it was taken along, or is shared by a farm',
    honest: 'a day on trains and in cafés: about six',
  },
  keys_day: {
    from: 24,
    full: 60,
    weight: 75,
    causedBy: 'install',
    reason: 'it changes its key all the time, and leaves behind what was counted for the last one',
    honest: 'a test that registers anew each hour on the same device',
  },
  unattested_day: {
    from: 20,
    full: 200,
    weight: 20,
    // Not the install's alone: a step-up makes the unattested requests of an old phone more.
    causedBy: 'captured',
    reason: 'what calls is not your app, as far as attestation can tell',
    honest: 'an old or modified phone: all of its requests, so this alone does nothing',
  },
  probing_day: {
    from: 10,
    full: 100,
    weight: 30,
    causedBy: 'install',
    reason: 'it tries what its key is not for',
    honest: 'an old version of the app that calls what has gone',
  },
  account_calls_day: {
    from: 30,
    full: 150,
    weight: 25,
    causedBy: 'install',
    reason: 'it does nothing but sign up, log in and reset',
    honest: 'an automated test of the sign-up',
  },
  network_installs_hour: {
    from: 60,
    full: 600,
    weight: 10,
    causedBy: 'anyone',
    reason: 'many installs registered from its network at that time, as from a farm',
    honest: 'an office, a campus or a mobile operator behind one address on the day of a release',
  },
  network_refused_hour: {
    from: 60,
    full: 600,
    weight: 10,
    causedBy: 'anyone',
    reason: 'many registrations from its network failed at that time',
    honest: 'the same, while one of its members attacks',
  },
}

/** The most that rules of `anyone` add, all together: below the least score that steps up. */
export const STRANGERS_POINTS_MAX = 15
