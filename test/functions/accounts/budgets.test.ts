import type { Budgets } from '../../../functions/src/accounts/budgets.ts'
import { smsLimits } from '../../../functions/src/accounts/limits.ts'
import { ApiError } from '../../../functions/src/http/apiError.ts'
import { connect } from '../installs/harness/backend.ts'
import {
  A_MINUTE,
  DEFAULTS,
  mobile,
  startAccounts,
  wholly,
  type Backend,
} from './harness/backend.ts'

let backend: Backend

beforeAll(async () => {
  backend = await startAccounts()
})
beforeEach(() => {
  backend.reset()
  // The first minute of a day: no window ends while a test goes on.
  backend.clock.ms += 2 * DAY_MS - (backend.clock.ms % DAY_MS)
})
afterAll(() => backend.close())

const HOUR_MS = 60 * A_MINUTE
const DAY_MS = 24 * HOUR_MS

/** Settings under which only the limit under test is ever reached. */
const WIDE = {
  ...DEFAULTS,
  ...Object.fromEntries(
    Object.entries(DEFAULTS)
      .filter(([name]) => /^smsPer|^unverifiedPer/.test(name))
      .map(([name]) => [name, 1_000_000]),
  ),
  smsCooldownSeconds: 1,
}

interface From {
  readonly phone?: string
  readonly install?: number
  readonly address?: string
}

const claim = async (budgets: Budgets, from: From = {}) => {
  const { phone = mobile(1), install = 1, address = '198.51.100.1' } = from
  const caller = await backend.caller(install, phone, address)
  const accountId = backend.keys.accountId(phone)
  return budgets.claim({ ...caller, accountId }, backend.clock.ms)
}

const refusalOf = async (claiming: Promise<unknown>): Promise<ApiError> => {
  const verdict = await claiming.then(
    () => new Error('not refused'),
    (error: unknown) => error,
  )
  if (verdict instanceof ApiError) return verdict
  throw verdict
}

const toNext = (ms: number) => (ms - (backend.clock.ms % ms)) / 1000

/** A request that has nothing in common with the n-1 before but what the limit counts by. */
const SHARING: Record<string, (n: number) => From> = {
  number: (n) => ({ install: n, address: `2001:db8:${n}::/56` }),
  prefix: (n) => ({ phone: `+4915112340${100 + n}`, install: n, address: `10.0.0.${n}` }),
  country: (n) => ({ phone: mobile(n), install: n, address: `10.0.0.${n}` }),
  address: (n) => ({ phone: n % 2 ? mobile(n) : `+336${12_000_000 + n * 10_000}`, install: n }),
  install: (n) => ({ phone: mobile(n), address: `10.0.0.${n}` }),
  global: (n) => ({ phone: mobile(n), install: n, address: `10.0.0.${n}` }),
}

const TABLE = [
  ['number-10min', 'smsPerNumber10Minutes', 'number', 600],
  ['number-day', 'smsPerNumberDay', 'number', 86_400],
  ['install-hour', 'smsPerInstallHour', 'install', 3600],
  ['prefix-hour', 'smsPerPrefixHour', 'prefix', 3600],
  ['address-hour', 'smsPerAddressHour', 'address', 3600],
  ['country-hour', 'smsPerCountryHour', 'country', 3600],
  ['global-day', 'smsPerDay', 'global', 86_400],
] as const

test('the table below is the table of limits', () => {
  expect(smsLimits(DEFAULTS).map(({ name, windowSeconds }) => [name, windowSeconds])).toEqual(
    TABLE.map(([name, , , windowSeconds]) => [name, windowSeconds]),
  )
})

describe.each(TABLE)('%s', (name, setting, by, windowSeconds) => {
  const QUOTA = 4
  const budgets = () => backend.budgetsWith({ ...WIDE, [setting]: QUOTA })
  const next = async (n: number) => {
    backend.clock.ms += 1000
    return claim(budgets(), SHARING[by]!(n))
  }

  test('refuses at exactly its quota, says so, counts nothing, and begins anew with its window', async () => {
    for (let n = 1; n <= QUOTA; n += 1) await next(n)
    const before = backend.data()
    const { code, message, options } = await refusalOf(next(QUOTA + 1))
    expect({ code, message }).toEqual({ code: 'sms_budget_exhausted', message: name })
    const left = toNext(windowSeconds * 1000)
    expect(options.retryAfterSeconds).toBe(left)
    expect(options.headers).toEqual({
      'RateLimit-Policy': `"${name}";q=${QUOTA};w=${windowSeconds}`,
      RateLimit: `"${name}";r=0;t=${left}`,
    })
    expect(backend.data()).toEqual(before)

    backend.clock.ms += left * 1000 - 1001
    await refusalOf(next(QUOTA + 2))
    backend.clock.ms += 1
    await claim(budgets(), SHARING[by]!(QUOTA + 3))
  })
})

test('an install that behaviour has stepped up may cause half as many, and others as many as before', async () => {
  const budgets = backend.budgetsWith({ ...WIDE, smsPerInstallHour: 5 })
  const claimed = async (install: number, isRestricted: boolean) => {
    for (let n = 1; n <= 6; n += 1) {
      backend.clock.ms += 1000
      const phone = mobile(n + 10 * install)
      const caller = await backend.caller(install, phone, `10.0.${install}.${n}`)
      const request = { ...caller, isRestricted, accountId: backend.keys.accountId(phone) }
      const refused = await budgets.claim(request, backend.clock.ms).then(
        () => false,
        () => true,
      )
      if (refused) return n - 1
    }
    return 6
  }
  expect([await claimed(1, true), await claimed(2, false)]).toEqual([3, 5])
})

test('an install that changes its key has no more texts for it', async () => {
  const budgets = backend.budgetsWith({ ...WIDE, smsPerInstallHour: 3 })
  const claimWith = async (n: number) => {
    backend.clock.ms += 1000
    const { place } = await backend.caller(1, mobile(n))
    // As after `rotate`: another key in the same place.
    const rotated = { ...(await backend.caller(n, mobile(n), `10.0.0.${n}`)), place }
    const accountId = backend.keys.accountId(mobile(n))
    return budgets.claim({ ...rotated, accountId }, backend.clock.ms)
  }
  for (const n of [2, 3, 4]) await claimWith(n)
  expect((await refusalOf(claimWith(5))).message).toBe('install-hour')
})

describe('the cooldown', () => {
  test('ends to the second, and is told', async () => {
    const budgets = backend.budgetsWith()
    await claim(budgets)
    backend.clock.ms += 18_000
    const before = backend.data()
    const { message, options } = await refusalOf(claim(budgets))
    expect(message).toBe('number-cooldown')
    expect(options).toMatchObject({
      retryAfterSeconds: 42,
      headers: {
        'RateLimit-Policy': '"number-cooldown";q=1;w=60',
        RateLimit: '"number-cooldown";r=0;t=42',
      },
    })
    expect(backend.data()).toEqual(before)
    backend.clock.ms += 41_999
    await refusalOf(claim(budgets))
    backend.clock.ms += 1
    await claim(budgets)
  })

  test('50 claims for one number at once: one text', async () => {
    const budgets = backend.budgetsWith()
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => claim(budgets)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

test('50 claims at once from two instances, with a cap of 5: exactly 5', async () => {
  const other = await connect(backend)
  const settings = { ...WIDE, smsPerInstallHour: 5 }
  const instances = [backend.budgetsWith(settings), backend.budgetsWith(settings, other.database)]
  const all = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) => claim(instances[n % 2]!, { phone: mobile(n + 1) })),
  )
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  await other.close()
})

test('a claim is one write and no read; only a refusal reads', async () => {
  const budgets = backend.budgetsWith()
  expect(await backend.count(() => claim(budgets))).toEqual({ reads: 0, writes: 1, denied: 0 })
  const refused = await backend.count(() => refusalOf(claim(budgets)))
  expect(refused).toMatchObject({ writes: 0, denied: 1 })
})

test('without the database there is no text', async () => {
  // Nothing listens there.
  const away = await connect(backend, { host: '127.0.0.1:9', deadlineMs: 100 })
  const accounts = backend.accountsWith({}, { budgets: backend.budgetsWith({}, away.database) })
  const caller = await backend.caller(1, mobile(1))
  await expect(accounts.register(caller, 'correct horse')).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(backend.sent).toEqual([])
  expect(backend.data()).toEqual({})
  await away.close()
})

describe.each([
  ['country', 'unverifiedPerCountryMax', SHARING['country']!],
  ['address', 'unverifiedPerAddressMax', SHARING['address']!],
] as const)('the breaker of a %s', (_kind, setting, from) => {
  const budgets = () => backend.budgetsWith({ ...WIDE, [setting]: 3, sentPerVerifiedMax: 2 })

  test('opens after so many unverified texts; each right code lets a few more pass', async () => {
    const provenances = []
    for (let n = 1; n <= 3; n += 1) provenances.push(await claim(budgets(), from(n)))
    const before = backend.data()
    const { message, options } = await refusalOf(claim(budgets(), from(4)))
    expect(message).toBe('unverified')
    const left = toNext(HOUR_MS)
    expect(options.retryAfterSeconds).toBe(left)
    expect(options.headers).toEqual({
      'RateLimit-Policy': '"unverified";q=0;w=3600',
      RateLimit: `"unverified";r=0;t=${left}`,
    })
    expect(backend.data()).toEqual(before)

    expect(await backend.database.write(budgets().verified(provenances[0]!))).toBe(true)
    await claim(budgets(), from(5))
    await claim(budgets(), from(6))
    await refusalOf(claim(budgets(), from(7)))

    backend.clock.ms += toNext(HOUR_MS) * 1000
    await claim(budgets(), from(8))
  })
})

test('a code that comes back in the next hour is counted where it was sent', async () => {
  backend.clock.ms += HOUR_MS - A_MINUTE
  const phone = mobile(7)
  const caller = await backend.caller(1, phone)
  await wholly(backend.accounts.register(caller, 'correct horse'))
  backend.clock.ms += 5 * A_MINUTE
  expect(await backend.accounts.verify(caller, backend.lastCode(phone))).not.toBe('otp_rejected')
  const [hour] = Object.values(backend.data()['breakers']!['country']!)
  expect(hour!['DE']).toMatchObject({ sent: 1, verified: 1 })
})
