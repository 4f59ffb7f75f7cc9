import type { Budgets, Provenance } from '../../../functions/src/accounts/budgets.ts'
import { ApiError } from '../../../functions/src/http/apiError.ts'
import { A_MINUTE, DEFAULTS, mobile, startAccounts, type Backend } from './harness/backend.ts'

// Threat T16, with the default settings: what attacks can spend at the most, and that nobody honest
// is turned away. The database, its rules and the budgets are the real ones; only time is made up.

jest.setTimeout(120_000)

let backend: Backend
let budgets: Budgets

beforeAll(async () => {
  backend = await startAccounts()
  budgets = backend.budgetsWith()
})
beforeEach(() => {
  backend.reset()
  backend.clock.ms += 2 * DAY_MS - (backend.clock.ms % DAY_MS)
})
afterAll(() => backend.close())

const HOUR_MS = 60 * A_MINUTE
const DAY_MS = 24 * HOUR_MS

interface Ask {
  readonly phone: string
  readonly country?: string
  readonly install: number
  readonly address: string
}

/** Asks for a text as an app does; where it was counted, or the name of the limit that said no. */
async function ask({ phone, country = 'DE', install, address }: Ask): Promise<Provenance | string> {
  const request = {
    accountId: backend.keys.accountId(phone),
    phone: { e164: phone, country, prefix: phone.slice(0, -4) },
    keyId: install.toString(16).padStart(32, '0'),
    place: `uid/${install}`,
    address,
  }
  return budgets.claim(request, backend.clock.ms).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'sms_budget_exhausted') return error.message
    throw error
  })
}

describe('attacks spend no more than the settings allow', () => {
  /** How many texts a script gets, which asks every `everyMs`. */
  async function spend(asks: number, everyMs: number, script: (n: number) => Ask): Promise<number> {
    let texts = 0
    for (let n = 0; n < asks; n += 1) {
      if (typeof (await ask(script(n))) === 'object') texts += 1
      backend.clock.ms += everyMs
    }
    return texts
  }

  test('one address, many countries: what one address may leave unverified, each hour', async () => {
    const countries = ['DE', 'FR', 'GB', 'US', 'IT', 'ES', 'PL', 'NL', 'SE', 'AT']
    const HOURS = 2
    const texts = await spend(HOURS * 60, HOUR_MS / 60, (n) => ({
      phone: mobile(n),
      country: countries[n % countries.length]!,
      install: n,
      address: '203.0.113.9',
    }))
    expect(texts).toBe(HOURS * DEFAULTS.unverifiedPerAddressMax)
  })

  test('rotating addresses and installs, one block of numbers: the quota of a block, each hour', async () => {
    const HOURS = 2
    const texts = await spend(HOURS * 60, HOUR_MS / 60, (n) => ({
      phone: `+4915112340${String(n).padStart(3, '0')}`,
      install: n,
      address: `10.1.${n >> 8}.${n & 255}`,
    }))
    expect(texts).toBe(HOURS * DEFAULTS.smsPerPrefixHour)
  })

  test('everything rotates, for an hour: what one country may leave unverified', async () => {
    const texts = await spend(450, HOUR_MS / 451, (n) => ({
      phone: mobile(n),
      install: n,
      address: `10.2.${n >> 8}.${n & 255}`,
    }))
    expect(texts).toBe(DEFAULTS.unverifiedPerCountryMax)
  })

  test('a slow drip over two days to ten numbers: the day quota of each number', async () => {
    const DAYS = 2
    const NUMBERS = 10
    const texts = await spend(DAYS * 24 * NUMBERS, HOUR_MS / NUMBERS, (n) => ({
      phone: mobile(n % NUMBERS),
      install: n,
      address: `10.3.${n >> 8}.${n & 255}`,
    }))
    expect(texts).toBe(DAYS * NUMBERS * DEFAULTS.smsPerNumberDay)
  })

  test('resends of one number as fast as they go: a cooldown apart, three in ten minutes, five a day', async () => {
    const texts = await spend(120, 5000, () => ({ phone: mobile(1), install: 1, address: 'one' }))
    expect(texts).toBe(DEFAULTS.smsPerNumber10Minutes)
    const more = await spend(200, 300_000, (n) => ({
      phone: mobile(1),
      install: n,
      address: 'one',
    }))
    expect(texts + more).toBe(DEFAULTS.smsPerNumberDay)
  })
})

describe('honest users are never turned away', () => {
  /** People who each need one code, some of them a second one; most bring a code back. */
  interface Shape {
    /** Milliseconds at which somebody asks for the first time. */
    readonly arrivals: readonly number[]
    readonly addresses: number
  }

  // Figures of ordinary sign-ups: a code takes half a minute to two to come back, one person in seven
  // asks again, one in twelve gives up.
  const RESENDS_EVERY = 7
  const GIVES_UP_EVERY = 12
  const returnMs = (n: number) => 30_000 + (n % 10) * 9_000

  /** Spreads numbers over blocks and people over addresses as a hash would, the same in each run. */
  const scatter = (n: number, among: number) => (Math.imul(n + 1, 2_654_435_761) >>> 0) % among

  interface Event {
    readonly atMs: number
    readonly run: () => Promise<void>
  }

  async function play({ arrivals, addresses }: Shape) {
    const refusals: string[] = []
    let texts = 0
    const startMs = backend.clock.ms
    const events: Event[] = arrivals.flatMap((atMs, n) => {
      const person: Ask = {
        phone: `+49151${scatter(n, 9_000) + 1000}${String(n % 10_000).padStart(4, '0')}`,
        install: n,
        address: `address ${scatter(n * 7 + 3, addresses)}`,
      }
      let last: Provenance | undefined
      const text = async () => {
        const verdict = await ask(person)
        if (typeof verdict === 'string') return void refusals.push(verdict)
        texts += 1
        last = verdict
      }
      const bringBack = async () => {
        if (last === undefined) return
        expect(await backend.database.write(budgets.verified(last))).toBe(true)
      }
      const asksAgain = n % RESENDS_EVERY === 0
      const lastAt = asksAgain ? atMs + 75_000 : atMs
      return [
        { atMs, run: text },
        ...(asksAgain ? [{ atMs: lastAt, run: text }] : []),
        ...(n % GIVES_UP_EVERY === 0 ? [] : [{ atMs: lastAt + returnMs(n), run: bringBack }]),
      ]
    })
    for (const { atMs, run } of events.sort((one, other) => one.atMs - other.atMs)) {
      backend.clock.ms = startMs + atMs
      await run()
    }
    return { refusals, texts }
  }

  const evenly = (people: number, overMs: number) =>
    Array.from({ length: people }, (_, n) => Math.floor((n * overMs) / people))

  test('steady: 20 people an hour around the clock, behind 200 addresses', async () => {
    const { refusals, texts } = await play({ arrivals: evenly(480, DAY_MS), addresses: 200 })
    expect(refusals).toEqual([])
    expect(texts).toBeGreaterThan(480)
  })

  test('an evening peak: 900 people within three hours, most in the middle', async () => {
    // The sum of three even shares is near enough to a bell.
    const arrivals = Array.from({ length: 900 }, (_, n) => {
      const share = (seed: number) => scatter(n * 3 + seed, 10_000) / 10_000
      return Math.floor(((share(0) + share(1) + share(2)) / 3) * 3 * HOUR_MS)
    })
    const { refusals } = await play({ arrivals, addresses: 150 })
    expect(refusals).toEqual([])
  })

  test('tickets go on sale: 3,000 people in ten minutes, behind 250 addresses', async () => {
    const { refusals, texts } = await play({
      arrivals: evenly(3000, 10 * A_MINUTE),
      addresses: 250,
    })
    expect(refusals).toEqual([])
    expect(texts).toBeGreaterThan(3400)
  })
})
