import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { AccountsParts } from '../../../functions/src/accounts/accounts.ts'
import { makeAccountStore } from '../../../functions/src/accounts/store.ts'
import type { Database } from '../../../functions/src/database.ts'
import {
  A_MINUTE,
  mobile,
  startAccounts,
  tokenOf,
  wholly,
  type Backend,
} from '../accounts/harness/backend.ts'
import { sweepOn } from './harness/sweepOn.ts'

const DAY_MS = 86_400_000
const PASSWORD = 'correct horse'

let backend: Backend
beforeAll(async () => {
  backend = await startAccounts()
})
afterAll(() => backend.close())
beforeEach(() => backend.reset())

/** What is tested here is not hashing. */
const passwords: AccountsParts['passwords'] = {
  hash: (password) => Promise.resolve(`$argon2id$${password}`),
  inTurn: (work) => work((password) => Promise.resolve(`$argon2id$${password}`)),
  verify: (hash, password) => Promise.resolve(hash === `$argon2id$${password}`),
}
const ample = Object.fromEntries(
  [
    ...['smsPerNumber10Minutes', 'smsPerNumberDay', 'smsPerInstallHour', 'smsPerPrefixHour'],
    ...['smsPerAddressHour', 'unverifiedPerCountryMax', 'unverifiedPerAddressMax'],
  ].map((name) => [name, 1_000_000]),
)
const accountsWith = (parts: Partial<AccountsParts> = {}) =>
  backend.accountsWith(ample, { passwords, ...parts })

const PHONE = mobile(1)
const account = (phone = PHONE) => backend.data()['accounts']?.[backend.keys.accountId(phone)]

/** The flows of one install about one number. */
const by = (install = 1, phone = PHONE) => {
  const who = () => backend.caller(install, phone)
  return {
    register: async (parts?: Partial<AccountsParts>) =>
      wholly(accountsWith(parts).register(await who(), PASSWORD)),
    resend: async () => wholly(accountsWith().resend(await who())),
    reset: async () => wholly(accountsWith().requestReset(await who())),
    verify: async () => accountsWith().verify(await who(), backend.lastCode(phone)),
    confirm: async () =>
      accountsWith().confirmReset(await who(), backend.lastCode(phone), PASSWORD),
    login: async () => accountsWith().login(await who(), PASSWORD),
  }
}
const later = (ms: number) => void (backend.clock.ms += ms)

/** The database, with something that happens just after the sweep has read the pending accounts. */
const whenRead = (happens: () => Promise<unknown>): Database => ({
  ...backend.database,
  select: async (table, selection) => {
    const rows = await backend.database.select(table, selection)
    if (table === 'accounts' && rows.length > 0) await happens()
    return rows
  },
})

const swept = async (database = backend.database) => {
  const { removed, kept } = await sweepOn({ ...backend, database }, {})
  return { pending: removed.pending, changed: kept.changed }
}

describe('a sign-up that is never confirmed', () => {
  test('goes a day after its code, to the millisecond, and can be begun anew', async () => {
    await by().register()
    later(DAY_MS - 1)
    expect(await swept()).toEqual({ pending: 0, changed: 0 })
    later(1)
    expect(await swept()).toEqual({ pending: 1, changed: 0 })
    expect(account()).toBeUndefined()
    await by().register()
    expect(await by().verify()).not.toBe('otp_rejected')
  })

  test.each(['register', 'resend'] as const)('is kept by the next code, of %s', async (next) => {
    await by().register()
    later(9 * A_MINUTE)
    await by()[next]()
    later(DAY_MS - 1)
    expect(await swept()).toEqual({ pending: 0, changed: 0 })
    later(1)
    expect(await swept()).toEqual({ pending: 1, changed: 0 })
  })

  test('is counted by a dry run, and stays', async () => {
    await by().register()
    later(DAY_MS)
    const { removed } = await sweepOn(backend, { dryRun: true })
    expect(removed.pending).toBe(1)
    expect(account()).toMatchObject({ state: 'pending' })
  })
})

test('a verified account never goes', async () => {
  await by().register()
  await by().verify()
  later(3650 * DAY_MS)
  expect(await swept()).toEqual({ pending: 0, changed: 0 })
  expect(account()).toMatchObject({ state: 'verified' })
  expect(await by().login()).not.toBe('login_rejected')
})

describe('while it is being swept', () => {
  beforeEach(async () => {
    await by().register()
    later(DAY_MS)
  })

  test('an account that is signed up anew and verified stays', async () => {
    const database = whenRead(async () => {
      await by().register()
      await by().verify()
    })
    expect(await swept(database)).toEqual({ pending: 0, changed: 1 })
    expect(await by().login()).not.toBe('login_rejected')
  })

  test('an account that is signed up anew stays until its code has come back', async () => {
    expect(await swept(whenRead(() => by().register()))).toEqual({ pending: 0, changed: 1 })
    expect(await by().verify()).not.toBe('otp_rejected')
  })

  test('a sign-up that has read the account makes it anew', async () => {
    const store = makeAccountStore(backend.database)
    const read = async (accountId: string) => {
      const found = await store.read(accountId)
      expect(await swept()).toEqual({ pending: 1, changed: 0 })
      return found
    }
    await by().register({ store: { ...store, read } })
    expect(await by().verify()).not.toBe('otp_rejected')
  })

  test('two sweeps at once do what one does', async () => {
    const both = await Promise.all([swept(), swept()])
    expect(both[0].pending + both[1].pending).toBeGreaterThan(0)
    expect(account()).toBeUndefined()
  })
})

test('two first sign-ups at once are one account, and the code of each is good', async () => {
  const store = makeAccountStore(backend.database)
  const read = async () => {
    later(A_MINUTE)
    await by(2).register()
    return null
  }
  await by(1).register({ store: { ...store, read } })
  expect(await by(1).verify()).not.toBe('otp_rejected')
})

const STEPS = ['register', 'resend', 'verify', 'sweep', 'a minute', 'a day'] as const

test('in any order of signing up, verifying and sweeping no verified account is lost', async () => {
  const number = (n: number) => mobile(1 + (n % 2))
  const perform = async (step: (typeof STEPS)[number], n: number): Promise<unknown> => {
    if (step === 'sweep') return sweepOn(backend, { batch: 1 })
    if (step === 'a minute') return later(A_MINUTE)
    if (step === 'a day') return later(DAY_MS)
    const isAsked = backend.sent.some(({ to }) => to === number(n))
    if (step === 'verify' && !isAsked) return undefined
    return by(1 + (n % 3), number(n))
      [step]()
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'sms_budget_exhausted' }))
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(5)), { maxLength: 40 }),
      async (steps) => {
        backend.reset()
        const tokens = new Set<string>()
        const running: Promise<unknown>[] = []
        for (const [step, n] of steps) {
          const performing = perform(step, n).then((verdict) => {
            const token = (verdict as { customToken?: string } | undefined)?.customToken
            if (token !== undefined) tokens.add(token)
          })
          running.push(performing)
          // Some begin before the one before has ended.
          if (n % 2 === 0) await performing
          else await turn()
        }
        await Promise.all(running)
        const verified = Object.values(backend.data()['accounts'] ?? {})
          .map((row) => row as unknown as { readonly state: string; readonly uid: string })
          .filter(({ state }) => state === 'verified')
          .map(({ uid }) => tokenOf(uid))
        expect(new Set(verified)).toEqual(tokens)
      },
    ),
    { numRuns: 100 },
  )
}, 60_000)

test('of everything that the protected endpoints write, accounts alone outlive two days', async () => {
  await by(1, mobile(1)).register()
  await by(1, mobile(1)).verify()
  await by(1, mobile(1)).login()
  later(A_MINUTE)
  await by(1, mobile(1)).reset()
  await by(1, mobile(1)).confirm()
  await by(2, mobile(2)).register()
  const path = `idempotency/${'a'.repeat(32)}-${'b'.repeat(22)}`
  const times = { expiresAt: backend.clock.ms + 1000, runningUntil: backend.clock.ms + 1000 }
  expect(await backend.database.create(path, { request: 'r'.repeat(43), ...times })).toBe(true)
  const ACCOUNT_SIDE = ['accounts', 'breakers', 'budgets', 'codes', 'cooldowns']
  expect(Object.keys(backend.data()).sort()).toEqual(
    [...ACCOUNT_SIDE, 'guesses', 'idempotency', 'logins'].sort(),
  )
  later(2 * DAY_MS)
  await sweepOn(backend, {})
  const { accounts, sweeps, ...rest } = backend.data()
  expect(rest).toEqual({})
  expect(Object.keys(sweeps ?? {})).toEqual(['usageDay'])
  expect(Object.values(accounts!)).toEqual([expect.objectContaining({ state: 'verified' })])
})
