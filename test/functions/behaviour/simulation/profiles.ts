import { DAY_MS, HOUR_MS } from '../harness/evidence.ts'
import type { Random } from './random.ts'
import type { Act, Timed } from './world.ts'

/** What somebody does from `FROM` on. Any order: `inOrder` sorts it. */
export type Profile = (random: Random) => Timed[]

/** A Monday, midnight UTC. */
export const FROM = Date.UTC(2026, 10, 2)
const MINUTE_MS = 60_000
const SECOND_MS = 1000
const DAYS = 14

export const inOrder = (acts: readonly Timed[]): Timed[] =>
  [...acts].sort((one, other) => one.at - other.at)

const HOME = '203.0.113.7'

/** A writer of acts, of one install, from one address unless told otherwise. */
function diary(install = 0) {
  const acts: Timed[] = []
  const write = (at: number, act: Act, address = HOME): void => {
    acts.push({ ...act, at: Math.floor(at), install, address })
  }
  return { acts, write }
}

/** A number of a country, the n-th. */
const phoneOf = (country: string, n: number): string =>
  `${{ DE: '+49', FR: '+33', IT: '+39', ES: '+34', TR: '+90', AE: '+971', KE: '+254', LV: '+371' }[country] ?? '+1'}${170_000_000 + n}`

/** An ordinary evening with an app: a few dozen requests in bursts. */
function browse(
  write: (at: number, act: Act, address?: string) => void,
  random: Random,
  dayMs: number,
  address?: string,
): void {
  for (let session = random.between(1, 6); session > 0; session -= 1) {
    let at = dayMs + random.between(7, 22) * HOUR_MS + random.between(0, 3000) * SECOND_MS
    for (let burst = random.between(1, 8); burst > 0; burst -= 1) {
      write(at, { do: 'ask', times: random.between(1, 15) }, address)
      at += random.between(5, 90) * SECOND_MS
    }
  }
}

/** Signs up as people do: a text or two, a mistyped code now and then, then the right one. */
function signUp(
  write: (at: number, act: Act, address?: string) => void,
  random: Random,
  at: number,
  phone: string,
  country: string,
  address?: string,
): void {
  write(at, { do: 'text', phone, country }, address)
  let later = at + random.between(10, 90) * SECOND_MS
  if (random.isTrue(0.15)) {
    later = at + random.between(61, 180) * SECOND_MS
    write(later, { do: 'text', phone, country }, address)
    later += 20 * SECOND_MS
  }
  for (let wrong = random.isTrue(0.2) ? random.between(1, 2) : 0; wrong > 0; wrong -= 1) {
    write(later, { do: 'code', phone, country, isRight: false }, address)
    later += 15 * SECOND_MS
  }
  write(later, { do: 'code', phone, country, isRight: true }, address)
  write(later + 5 * SECOND_MS, { do: 'login', phone, country, isRight: true }, address)
}

/** Nobody of them may ever be suspended. */
export const HONEST: Readonly<Record<string, Profile>> = {
  /** 300 installs behind one address, most of them on the day of a release, some of whose members are clumsy. */
  'a shared office': (random) => {
    const all: Timed[] = []
    for (let n = 0; n < 300; n += 1) {
      const { acts, write } = diary(n)
      const first = n < 250 ? 0 : random.between(1, DAYS - 1)
      const start = FROM + first * DAY_MS + 8 * HOUR_MS + random.between(0, 7200) * SECOND_MS
      write(start, { do: 'register' })
      signUp(write, random, start + MINUTE_MS, phoneOf('DE', n), 'DE')
      if (n % 10 === 0)
        for (let day = first + 1; day < DAYS; day += 1) browse(write, random, FROM + day * DAY_MS)
      if (n % 50 === 0) forgetPassword(write, random, FROM + (first + 1) * DAY_MS, phoneOf('DE', n))
      all.push(...acts)
    }
    return all
  },

  /** Everybody comes at noon, reloads, is told to wait, and reloads. */
  'a ticket sale': (random) => {
    const all: Timed[] = []
    for (let n = 0; n < 40; n += 1) {
      const { acts, write } = diary(n)
      const address = `198.51.100.${n}`
      const noon = FROM + 12 * HOUR_MS - random.between(0, 120) * SECOND_MS
      write(noon - HOUR_MS, { do: 'register' }, address)
      signUp(write, random, noon - 50 * MINUTE_MS, phoneOf('DE', n), 'DE', address)
      // Up to twelve minutes of tapping, each tap some requests: more than its rate, now and then.
      for (let s = 0; s < random.between(60, 720); s += 1) {
        if (random.isTrue(0.6))
          write(noon + s * SECOND_MS, { do: 'ask', times: random.between(1, 6) }, address)
      }
      for (let day = 1; day < 4; day += 1) browse(write, random, FROM + day * DAY_MS, address)
      all.push(...acts)
    }
    return all
  },

  /** Eight countries in two weeks, a network or more each hour of the day, and a local SIM in some of them. */
  'a traveller': (random) => {
    const { acts, write } = diary()
    const countries = ['DE', 'FR', 'IT', 'ES', 'TR', 'AE', 'KE', 'LV']
    for (let day = 0; day < DAYS; day += 1) {
      const at = FROM + day * DAY_MS
      const address = () => `${random.between(20, 220)}.${random.between(0, 255)}.${day}.1`
      for (let stop = random.between(3, 8); stop > 0; stop -= 1) {
        const here = address()
        const when = at + random.between(6, 22) * HOUR_MS + random.between(0, 3000) * SECOND_MS
        write(when, { do: 'ask', times: random.between(5, 40) }, here)
        // Roaming begins with a connection that breaks off: the stack repeats what it does not know of.
        if (random.isTrue(0.3))
          write(when + 5000, { do: 'replay', times: random.between(1, 3) }, here)
      }
      if (day % 4 === 1 && random.isTrue(0.7)) {
        const country = countries[Math.min(7, Math.floor(day / 2) + 1)]!
        signUp(write, random, at + 12 * HOUR_MS, phoneOf(country, day), country, address())
      }
    }
    return acts
  },

  /** Trains and cellars: requests are repeated, come late, and break off. */
  'a flaky network': (random) => {
    const { acts, write } = diary()
    for (let day = 0; day < DAYS; day += 1) {
      const at = FROM + day * DAY_MS
      browse(write, random, at)
      for (let ride = 0; ride < 2; ride += 1) {
        let when = at + (ride === 0 ? 7 : 17) * HOUR_MS + random.between(0, 1800) * SECOND_MS
        for (let minute = random.between(10, 40); minute > 0; minute -= 1) {
          write(when, { do: 'ask', times: random.between(1, 8) })
          if (random.isTrue(0.25)) write(when + 1000, { do: 'replay', times: random.between(1, 2) })
          if (random.isTrue(0.05)) write(when + 2000, { do: 'stale', times: 1 })
          when += MINUTE_MS
        }
      }
    }
    signUp(write, random, FROM + 9 * HOUR_MS, phoneOf('DE', 1), 'DE')
    return acts
  },

  /** An hour wrong, on an app that forgets what it has learnt: the first request of each start is stale. */
  'an old phone with a wrong clock': (random) => {
    const { acts, write } = diary()
    for (let day = 0; day < DAYS; day += 1) {
      for (let start = random.between(2, 30); start > 0; start -= 1) {
        const at =
          FROM +
          day * DAY_MS +
          random.between(6, 23) * HOUR_MS +
          random.between(0, 3000) * SECOND_MS
        // Several requests go out before the first answer brings the time.
        write(at, { do: 'stale', times: random.between(1, 4) })
        write(at + 2000, { do: 'ask', times: random.between(3, 20) })
        // Old enough that no attestation is to be had.
        write(at + 9000, { do: 'unattested', times: random.between(1, 10) })
      }
    }
    signUp(write, random, FROM + 10 * HOUR_MS, phoneOf('DE', 2), 'DE')
    return acts
  },

  /**
   * Around the clock: an emulator that keeps its key, and fresh installs for each commit, all with the same
   * ten test numbers from one address.
   */
  'an automated UI test': (random) => {
    const { acts, write } = diary()
    const all: Timed[] = []
    const number = () => random.between(0, 9)
    for (let hour = 0; hour < DAYS * 24; hour += 1) {
      const at = FROM + hour * HOUR_MS + random.between(0, 600) * SECOND_MS
      const phone = phoneOf('DE', hour % 3)
      if (hour % 8 === 0) signUp(write, random, at, phone, 'DE')
      write(at + 5 * MINUTE_MS, { do: 'login', phone, country: 'DE', isRight: true })
      // The test of the message for a wrong password, and of that for a wrong code.
      write(at + 6 * MINUTE_MS, { do: 'login', phone, country: 'DE', isRight: false })
      if (hour % 8 === 1)
        write(at + 7 * MINUTE_MS, { do: 'code', phone, country: 'DE', isRight: false })
      write(at + 8 * MINUTE_MS, { do: 'ask', times: random.between(20, 60) })
      for (
        let commit = hour % 24 > 7 && hour % 24 < 20 ? random.between(0, 4) : 0;
        commit > 0;
        commit -= 1
      ) {
        const fresh = diary(1 + all.length)
        const begins = at + commit * 11 * MINUTE_MS
        fresh.write(begins, { do: 'register' })
        signUp(fresh.write, random, begins + 5000, phoneOf('DE', number()), 'DE')
        fresh.write(begins + 4 * MINUTE_MS, { do: 'ask', times: random.between(20, 60) })
        all.push(...fresh.acts)
      }
    }
    return [...acts, ...all]
  },
}

function forgetPassword(
  write: (at: number, act: Act, address?: string) => void,
  random: Random,
  dayMs: number,
  phone: string,
): void {
  const at = dayMs + random.between(9, 17) * HOUR_MS
  for (let n = 0; n < random.between(3, 8); n += 1) {
    write(at + n * 20 * SECOND_MS, { do: 'login', phone, country: 'DE', isRight: false })
  }
  write(at + 6 * MINUTE_MS, { do: 'text', phone, country: 'DE' })
  write(at + 7 * MINUTE_MS, { do: 'code', phone, country: 'DE', isRight: true })
}

/** Each of them goes on for a day or more, whatever it is answered. */
export const ABUSIVE: Readonly<Record<string, Profile>> = {
  /** A text to another number every 70 s, where they earn most. */
  'SMS pumping': (random) => {
    const { acts, write } = diary()
    for (let n = 0; n < 600; n += 1) {
      const country = random.oneOf(['LV', 'KE', 'AE', 'TR'])
      write(FROM + n * 70 * SECOND_MS, { do: 'text', phone: phoneOf(country, n), country })
    }
    return acts
  },

  /** Codes for one number, as fast as texts can be had. */
  'guessing codes': (random) => {
    const { acts, write } = diary()
    const [phone, country] = [phoneOf('DE', 7), 'DE']
    for (let n = 0; n < 400; n += 1) {
      const at = FROM + n * 5 * MINUTE_MS
      write(at, { do: 'text', phone, country })
      for (let guess = 1; guess <= 5; guess += 1) {
        const moment = at + guess * random.between(5, 10) * SECOND_MS
        write(moment, { do: 'code', phone, country, isRight: false })
      }
    }
    return acts
  },

  /** Stolen passwords, a number after the other, one in fifty of them right. */
  'stolen passwords': (random) => {
    const { acts, write } = diary()
    for (let n = 0; n < 3000; n += 1) {
      const phone = phoneOf('DE', n)
      const login = { do: 'login', phone, country: 'DE', isRight: random.isTrue(0.02) } as const
      write(FROM + n * random.between(8, 9) * SECOND_MS, login)
    }
    return acts
  },

  /** All there is to be read, as fast as the rate allows, day and night. */
  scraping: () => {
    const { acts, write } = diary()
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      for (let part = 0; part < 6; part += 1) {
        write(FROM + minute * MINUTE_MS + part * 9 * SECOND_MS, { do: 'ask', times: 20 })
      }
    }
    return acts
  },

  /** Faster than its rate, whatever Retry-After says. */
  'a script without manners': () => {
    const { acts, write } = diary()
    for (let s = 0; s < 6 * 3600; s += 1) write(FROM + s * SECOND_MS, { do: 'ask', times: 4 })
    return acts
  },

  /** A modified app, and a look around with its key. */
  'a modified app that probes': (random) => {
    const { acts, write } = diary()
    for (let minute = 0; minute < 600; minute += 1) {
      const at = FROM + minute * MINUTE_MS
      write(at, { do: 'unattested', times: random.between(2, 5) })
      write(at + 20 * SECOND_MS, { do: 'probe', times: 1 })
      if (minute % 10 === 0) {
        const phone = phoneOf('DE', minute)
        write(at + 30 * SECOND_MS, { do: 'text', phone, country: 'DE' })
      }
    }
    return acts
  },

  /** One credential, taken out of an app and given to a farm. */
  'one key for a farm': (random) => {
    const { acts, write } = diary()
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      for (let part = 0; part < 3; part += 1) {
        const address = `10.${random.between(0, 39)}.0.1`
        write(FROM + minute * MINUTE_MS + part * 15 * SECOND_MS, { do: 'ask', times: 25 }, address)
      }
    }
    return acts
  },

  /** Old requests of somebody else's install, over and over: not its owner's doing. */
  'replaying what was captured': () => {
    const { acts, write } = diary()
    for (let s = 0; s < 3600; s += 2) write(FROM + s * SECOND_MS, { do: 'replay', times: 1 })
    return acts
  },
}

/** Knows the table of rules, and stays below each of them: a text to a new number a day, and no mistakes. */
export const CAREFUL: Profile = (random) => {
  const { acts, write } = diary()
  for (let day = 0; day < DAYS; day += 1) {
    const phone = phoneOf('LV', day)
    const at = FROM + day * DAY_MS + random.between(8, 20) * HOUR_MS
    write(at, { do: 'text', phone, country: 'LV' })
    browse(write, random, FROM + day * DAY_MS)
  }
  return acts
}

/** A stranger knows the API key of an honest install, and does to it what he can. */
export const HARASSED: Profile = (random) => {
  const { acts, write } = diary()
  for (let day = 0; day < 3; day += 1) browse(write, random, FROM + day * DAY_MS)
  signUp(write, random, FROM + 9 * HOUR_MS, phoneOf('DE', 3), 'DE')
  for (let minute = 0; minute < 3 * 24 * 60; minute += 1) {
    const at = FROM + minute * MINUTE_MS
    write(at, { do: 'forge', times: 300 }, '192.0.2.66')
    // He has captured some of its requests as well.
    write(at + 1000, { do: 'replay', times: 60 }, '192.0.2.66')
    write(at + 2000, { do: 'stale', times: 60 }, '192.0.2.66')
  }
  return acts
}
