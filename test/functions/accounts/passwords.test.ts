import { makeArgon2Threads, type Argon2 } from '../../../functions/src/accounts/argon2Threads.ts'
import { makePasswordLine } from '../../../functions/src/accounts/passwordLine.ts'
import { makePasswords } from '../../../functions/src/accounts/passwords.ts'

const PHC = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/

const threads = makeArgon2Threads()
let hashedAgainst: string[] = []

/** The real one, and what it was asked. */
const argon2: Argon2 = {
  hash: (password) => threads.hash(password),
  verify: (hash, password) => {
    hashedAgainst.push(hash)
    return threads.verify(hash, password)
  },
}

beforeEach(() => {
  hashedAgainst = []
})

describe('argon2id', () => {
  const passwords = makePasswords({ line: makePasswordLine({ waitMs: 1000 }), argon2 })

  test('a hash is a PHC string with the parameters that OWASP gives, and a salt of its own', async () => {
    const [one, other] = await Promise.all([passwords.hash('same one'), passwords.hash('same one')])
    expect(one).toMatch(PHC)
    expect(other).toMatch(PHC)
    expect(one).not.toBe(other)
  })

  test('only the password itself is right', async () => {
    const hash = await passwords.hash('correct horse')
    expect(await passwords.verify(hash, 'correct horse')).toBe(true)
    for (const wrong of ['correct hors', 'correct horse ', 'Correct horse', '']) {
      expect(await passwords.verify(hash, wrong)).toBe(false)
    }
  })

  test('an accent is the same however a keyboard composes it', async () => {
    const hash = await passwords.hash('caf\u00e9 creme')
    expect(await passwords.verify(hash, 'cafe\u0301 creme')).toBe(true)
  })

  test('without an account the same work is done, once, and nothing is right', async () => {
    expect(await passwords.verify(null, 'anything')).toBe(false)
    expect(await passwords.verify(null, 'anything')).toBe(false)
    expect(hashedAgainst).toHaveLength(2)
    // The parameters decide how long it takes: the same as of a real hash.
    for (const hash of hashedAgainst) expect(hash).toMatch(PHC)
  })
})

test('in its turn work hashes as often as it likes, and a turn that does not come runs none of it', async () => {
  const line = makePasswordLine({ waitMs: 20, places: 1 })
  const passwords = makePasswords({ line, argon2 })
  const late = jest.fn(() => Promise.resolve())
  const hash = await passwords.inTurn(async (hash) => {
    await expect(passwords.inTurn(late)).rejects.toMatchObject({ code: 'unavailable' })
    return hash('correct horse')
  })
  expect(late).not.toHaveBeenCalled()
  expect(await passwords.verify(hash, 'correct horse')).toBe(true)
})
