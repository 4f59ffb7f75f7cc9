import {
  makePasswordLine,
  type PasswordLine,
} from '../../../functions/src/accounts/passwordLine.ts'
import { makePasswords } from '../../../functions/src/accounts/passwords.ts'
import { makeAccountStore } from '../../../functions/src/accounts/store.ts'
import { unavailable } from '../../../functions/src/deadline.ts'
import type { Identity } from '../../../functions/src/identity.ts'
import { SmsFailure } from '../../../functions/src/accounts/sms/smsFailure.ts'
import { makeTexts } from '../../../functions/src/accounts/texts.ts'
import {
  A_MINUTE,
  mobile,
  startAccounts,
  tokenOf,
  wholly,
  wrong,
  type Backend,
} from './harness/backend.ts'

let backend: Backend

beforeAll(async () => {
  backend = await startAccounts()
})
beforeEach(() => backend.reset())
afterAll(() => backend.close())

const PHONE = mobile(1)
const PASSWORD = 'correct horse'
const VICTIM = 1
const ATTACKER = 2

const uidOf = () => {
  const [account] = Object.values(backend.data()['accounts'] ?? {})
  return account?.['uid'] as unknown as string
}
const states = () => Object.values(backend.data()['accounts'] ?? {}).map(({ state }) => state)

/** The flows of one install about one number. */
const by = (install: number, phone = PHONE) => {
  const { accounts } = backend
  const who = () => backend.caller(install, phone)
  return {
    register: async (password = PASSWORD) => wholly(accounts.register(await who(), password)),
    resend: async () => wholly(accounts.resend(await who())),
    reset: async () => wholly(accounts.requestReset(await who())),
    verify: async (code: string) => accounts.verify(await who(), code),
    confirm: async (code: string, password: string) =>
      accounts.confirmReset(await who(), code, password),
    login: async (password: string) => accounts.login(await who(), password),
  }
}
const code = () => backend.lastCode(PHONE)
const later = (ms = A_MINUTE) => void (backend.clock.ms += ms)

describe('the way of an account', () => {
  test('register, verify, login, reset, confirm; then the old password is refused', async () => {
    const user = by(VICTIM)
    await user.register()
    expect(states()).toEqual(['pending'])
    expect(await user.login(PASSWORD)).toBe('login_rejected')
    const session = { customToken: tokenOf(uidOf()) }
    expect(await user.verify(code())).toEqual(session)
    expect(states()).toEqual(['verified'])
    expect(await user.login(PASSWORD)).toEqual(session)
    expect(await user.login('wrong horse')).toBe('login_rejected')
    later()
    await user.reset()
    expect(await user.confirm(code(), 'another horse')).toBe('done')
    // Before the code is used up, and after.
    expect(backend.revoked).toEqual([uidOf(), uidOf()])
    expect(await user.login(PASSWORD)).toBe('login_rejected')
    expect(await user.login('another horse')).toEqual(session)
    // From another phone too: an account is a person's, not an install's.
    expect(await by(ATTACKER).login('another horse')).toEqual(session)
  })

  test('a code that is sent again replaces the first, and keeps the password', async () => {
    const user = by(VICTIM)
    await user.register()
    const first = code()
    later()
    await user.resend()
    if (first !== code()) expect(await user.verify(first)).toBe('otp_rejected')
    expect(await user.verify(code())).toEqual({ customToken: tokenOf(uidOf()) })
    expect(await user.login(PASSWORD)).toEqual({ customToken: tokenOf(uidOf()) })
  })

  test('after a sign-up was verified, resend is about the reset that waits', async () => {
    const user = by(VICTIM)
    await user.register()
    await user.verify(code())
    later()
    await user.reset()
    later()
    const texts = backend.sent.length
    await user.resend()
    expect(backend.sent).toHaveLength(texts + 1)
    expect(await user.confirm(code(), 'another horse')).toBe('done')
  })

  test('when Auth cannot make a token, the code is not used up', async () => {
    const user = by(VICTIM)
    await user.register()
    const without = backend.accountsWith(
      {},
      {
        identity: {
          verify: () => Promise.resolve(null),
          exists: () => Promise.resolve(true),
          customToken: () => Promise.reject(new Error('Auth is away')),
          deleteAnonymous: () => Promise.resolve(0),
          revokeSessions: () => Promise.resolve(),
        },
      },
    )
    await expect(without.verify(await backend.caller(VICTIM, PHONE), code())).rejects.toThrow()
    expect(await user.verify(code())).toEqual({ customToken: tokenOf(uidOf()) })
  })
})

describe('a password reset', () => {
  /** With a code that has been sent, at accounts of which one part is another. */
  const resetWith = async (parts: Parameters<Backend['accountsWith']>[1]) => {
    await backend.signUp(VICTIM, PHONE, PASSWORD)
    await by(VICTIM).reset()
    const who = await backend.caller(VICTIM, PHONE)
    return () => backend.accountsWith({}, parts).confirmReset(who, code(), 'another horse')
  }
  const identity = (revokeSessions: () => Promise<void>): Identity => ({
    verify: () => Promise.resolve(null),
    exists: () => Promise.resolve(true),
    customToken: (uid) => Promise.resolve(tokenOf(uid)),
    deleteAnonymous: () => Promise.resolve(0),
    revokeSessions,
  })

  test('that cannot end the sessions changes nothing, and the same code is good afterwards', async () => {
    const confirm = await resetWith({
      identity: identity(() => Promise.reject(unavailable('auth'))),
    })
    await expect(confirm()).rejects.toMatchObject({ code: 'unavailable' })
    expect(await by(VICTIM).login(PASSWORD)).not.toBe('login_rejected')
    expect(await by(VICTIM).confirm(code(), 'another horse')).toBe('done')
    expect(await by(VICTIM).login('another horse')).not.toBe('login_rejected')
  })

  test('is done once the sessions were ended before, whatever Auth says afterwards', async () => {
    let asked = 0
    const confirm = await resetWith({
      identity: identity(() => {
        asked += 1
        return asked === 1 ? Promise.resolve() : Promise.reject(unavailable('auth'))
      }),
    })
    expect(await confirm()).toBe('done')
    expect([asked, await by(VICTIM).login(PASSWORD)]).toEqual([2, 'login_rejected'])
  })

  test('whose acknowledgement was lost is done, and ends the sessions', async () => {
    const store = makeAccountStore(backend.database)
    const confirm = await resetWith({
      // The first time it was done; what the SDK sends again is refused.
      store: { ...store, claimCode: async (...args) => (await store.claimCode(...args), false) },
    })
    expect(await confirm()).toBe('done')
    expect(await by(VICTIM).login('another horse')).not.toBe('login_rejected')
    expect(backend.revoked).toEqual([uidOf(), uidOf()])
  })
})

describe('attacks', () => {
  test('a stranger who signs up the same number cannot put in a password of their own', async () => {
    await by(VICTIM).register('password of the owner')
    const owners = code()
    later()
    await by(ATTACKER).register('password of a stranger')
    expect(await by(VICTIM).verify(owners)).toEqual({ customToken: tokenOf(uidOf()) })
    expect(await by(ATTACKER).login('password of a stranger')).toBe('login_rejected')
    expect(await by(VICTIM).login('password of the owner')).not.toBe('login_rejected')
  })

  test('the code of one install is worth nothing to another', async () => {
    await by(VICTIM).register()
    expect(await by(ATTACKER).verify(code())).toBe('otp_rejected')
    later()
    // Even when the other has a code of its own under way.
    const victims = code()
    await by(ATTACKER).register('password of a stranger')
    if (victims !== code()) expect(await by(ATTACKER).verify(victims)).toBe('otp_rejected')
    expect(states()).toEqual(['pending'])
  })

  test('signing up an account again tells its owner, and changes nothing', async () => {
    await backend.signUp(VICTIM, PHONE, PASSWORD)
    const before = backend.data()['accounts']
    await by(ATTACKER).register('password of a stranger')
    expect(backend.sent.at(-1)).toMatchObject({
      to: PHONE,
      text: 'Somebody tried to sign up to Box Office with your number. You have an account already.',
    })
    expect(backend.sent.at(-1)).not.toHaveProperty('code')
    expect(backend.data()['accounts']).toEqual(before)
    expect(await by(ATTACKER).login('password of a stranger')).toBe('login_rejected')
  })

  test('an account cannot be verified twice, not even with the code that nobody was sent', async () => {
    await backend.signUp(VICTIM, PHONE, PASSWORD)
    await by(ATTACKER).register('password of a stranger')
    const before = backend.data()['accounts']
    const [name, record] = Object.entries(backend.data()['codes']!).find(([key]) =>
      key.startsWith('0'.repeat(31) + ATTACKER),
    )!
    const [keyId, , accountId] = name.split(/-(verify)-/) as [string, string, string]
    const unsent = backend.keys.code({
      codeId: record['id'] as unknown as string,
      accountId,
      purpose: 'verify',
      keyId,
      masterVersion: record['masterVersion'] as unknown as number,
    })!
    expect(await by(ATTACKER).verify(unsent)).toBe('otp_rejected')
    expect(backend.data()['accounts']).toEqual(before)
  })

  test('a code for a reset verifies nothing, and a code for a sign-up resets nothing', async () => {
    await by(VICTIM).register()
    expect(await by(VICTIM).confirm(code(), 'another horse')).toBe('otp_rejected')
    await by(VICTIM).verify(code())
    later()
    await by(VICTIM).reset()
    expect(await by(VICTIM).verify(code())).toBe('otp_rejected')
    expect(await by(VICTIM).login('another horse')).toBe('login_rejected')
  })

  test('resend without a sign-up, and reset without an account or a verified one, send nothing', async () => {
    await by(VICTIM).resend()
    later()
    await by(VICTIM).reset()
    expect(backend.sent).toEqual([])
    later()
    await by(VICTIM).register()
    later(11 * A_MINUTE)
    await by(ATTACKER).reset()
    later()
    await by(ATTACKER).resend()
    expect(backend.sent).toHaveLength(1)
    expect(states()).toEqual(['pending'])
  })

  test('a refused text of the provider is not told, and is logged without the number', async () => {
    const sender = { name: 'away', send: () => Promise.reject(new SmsFailure('away', 'rejected')) }
    const texts = makeTexts({ sender, log: (event) => backend.events.push(event), appName: 'X' })
    const refused = backend.accountsWith({}, { texts })
    await wholly(refused.register(await backend.caller(VICTIM, PHONE), PASSWORD))
    expect(backend.events).toEqual([
      expect.objectContaining({ event: 'sms_failed', country: 'DE', provider: 'away' }),
    ])
    expect(JSON.stringify(backend.events)).not.toContain(PHONE.slice(1))
  })

  test("a text that was taken is logged with the provider's own name for it", async () => {
    const receipt = { provider: 'taker', providerId: 'SM1', state: 'queued' } as const
    const sender = { name: 'taker', send: () => Promise.resolve(receipt) }
    const texts = makeTexts({ sender, log: (event) => backend.events.push(event), appName: 'X' })
    const accounts = backend.accountsWith({}, { texts })
    await wholly(accounts.register(await backend.caller(VICTIM, PHONE), PASSWORD))
    const [{ id }] = Object.values(backend.data()['codes']!) as unknown as [{ id: string }]
    expect(backend.events).toEqual([{ event: 'sms_sent', id, country: 'DE', ...receipt }])
  })
})

describe('a sign-up and the line for hashing', () => {
  const hash = jest.fn(() => Promise.resolve('$argon2id$of-the-test'))
  const verify = () => Promise.resolve(false)
  const passwordsOf = (line: PasswordLine) => makePasswords({ line, argon2: { hash, verify } })
  beforeEach(() => hash.mockClear())

  test('a wait that runs out spends no budget', async () => {
    const line = makePasswordLine({ waitMs: 20, places: 1 })
    const accounts = backend.accountsWith({}, { passwords: passwordsOf(line) })
    const caller = await backend.caller(VICTIM, PHONE)
    await line.enter(async () => {
      await expect(accounts.register(caller, PASSWORD)).rejects.toMatchObject({
        code: 'unavailable',
      })
    })
    expect(backend.data()).toEqual({})
    await accounts.register(caller, PASSWORD)
    expect(Object.keys(backend.data()).sort()).toEqual(['breakers', 'budgets', 'cooldowns'])
  })

  test('who has no budget left is not hashed for', async () => {
    const passwords = passwordsOf(makePasswordLine({ waitMs: 1000 }))
    const accounts = backend.accountsWith({}, { passwords })
    const caller = await backend.caller(VICTIM, PHONE)
    await accounts.register(caller, PASSWORD)
    const exhausted = { code: 'sms_budget_exhausted' }
    await expect(accounts.register(caller, PASSWORD)).rejects.toMatchObject(exhausted)
    expect(hash).toHaveBeenCalledTimes(1)
  })

  test('before its answer is decided it takes one write, and no read', async () => {
    const caller = await backend.caller(VICTIM, PHONE)
    const spent = await backend.count(() => backend.accounts.register(caller, PASSWORD))
    expect(spent).toEqual({ reads: 0, writes: 1, denied: 0 })
  })
})

describe('guesses', () => {
  beforeEach(() => by(VICTIM).register())

  const guess = (times: number, text: string, install = VICTIM) =>
    Promise.all(Array.from({ length: times }, () => by(install).verify(text)))

  test('50 wrong guesses at once: 5 are counted, and then the right one is refused', async () => {
    await guess(50, wrong(code()))
    const [record] = Object.values(backend.data()['codes']!)
    expect(record!['guesses']).toBe(5)
    expect(await by(VICTIM).verify(code())).toBe('otp_rejected')
  })

  test('the right code 50 times at once: one of them is accepted', async () => {
    const verdicts = await guess(50, code())
    expect(verdicts.filter((verdict) => verdict !== 'otp_rejected')).toHaveLength(1)
  })

  test('the fifth guess may still be right, the code is good once', async () => {
    await guess(4, wrong(code()))
    expect(await by(VICTIM).verify(code())).not.toBe('otp_rejected')
    expect(await by(VICTIM).verify(code())).toBe('otp_rejected')
  })

  test('a new code brings no new guesses within the hour, and the next hour does', async () => {
    backend.clock.ms += 3_600_000 - (backend.clock.ms % 3_600_000)
    await by(VICTIM).resend()
    // The first is over by now, so a new sign-up.
    later()
    await by(VICTIM).register()
    await guess(5, wrong(code()))
    later()
    await by(VICTIM).resend()
    expect(await by(VICTIM).verify(code())).toBe('otp_rejected')
    later(60 * A_MINUTE)
    await by(VICTIM).register()
    expect(await by(VICTIM).verify(code())).not.toBe('otp_rejected')
  })

  test('another install can neither guess at the code nor use up its guesses', async () => {
    await guess(20, code(), ATTACKER)
    expect(Object.values(backend.data()['codes']!)[0]!['guesses']).toBe(0)
    expect(await by(VICTIM).verify(code())).not.toBe('otp_rejected')
  })

  test.each([
    [10 * A_MINUTE - 1, true],
    [10 * A_MINUTE, false],
  ])('after %d ms the code is right: %s', async (ms, isRight) => {
    later(ms)
    expect((await by(VICTIM).verify(code())) !== 'otp_rejected').toBe(isRight)
  })
})

describe('logins', () => {
  const statuses = async (install: number, times: number) => {
    const verdicts = await Promise.all(
      Array.from({ length: times }, () => by(install).login('wrong horse')),
    )
    return verdicts.filter((verdict) => verdict === 'login_rejected').length
  }

  test('20 tries an hour and install, whether there is an account or not', async () => {
    expect(await statuses(VICTIM, 25)).toBe(20)
    const left = Math.ceil((3_600_000 - (backend.clock.ms % 3_600_000)) / 1000)
    expect(await by(VICTIM).login('wrong horse')).toEqual({ retryAfterSeconds: left })
    later(left * 1000)
    expect(await by(VICTIM).login('wrong horse')).toBe('login_rejected')
  })

  test('100 tries an hour and account, from however many installs', async () => {
    let compared = 0
    for (let install = 1; install <= 7; install += 1) compared += await statuses(install, 20)
    expect(compared).toBe(100)
    // 140 passwords, two at a time.
  }, 60_000)
})
