import { makeAccountKeys, type CodeBinding } from '../../../functions/src/accounts/accountKeys.ts'
import { keyring, newId } from './harness/backend.ts'

const keys = makeAccountKeys(keyring, 1)

const BINDING: CodeBinding = {
  codeId: '0'.repeat(32),
  accountId: keys.accountId('+4915112345678'),
  purpose: 'verify',
  keyId: '1'.repeat(32),
  masterVersion: 1,
}

test('a code has six digits and is the same whoever derives it', () => {
  expect(keys.code(BINDING)).toMatch(/^[0-9]{6}$/)
  expect(makeAccountKeys(keyring, 1).code(BINDING)).toBe(keys.code(BINDING))
})

test.each<[string, Partial<CodeBinding>]>([
  ['another code ID', { codeId: '2'.repeat(32) }],
  ['another account', { accountId: keys.accountId('+4915112345679') }],
  ['another purpose', { purpose: 'reset' }],
  ['another install', { keyId: '3'.repeat(32) }],
  ['another master version', { masterVersion: 2 }],
])('a code is right for nothing else: %s', (_what, change) => {
  // One pair in a million is equal by chance: of four, never all.
  const others = Array.from({ length: 4 }, () => {
    const binding = { ...BINDING, codeId: newId() }
    return keys.code(binding) === keys.code({ ...binding, ...change })
  })
  expect(others).toContain(false)
})

test('a code of a master version that is gone is never right', () => {
  expect(keys.code({ ...BINDING, masterVersion: 9 })).toBeNull()
})

test('codes are uniform: every first, middle and last digits come up alike (chi-square)', () => {
  const CODES = 100_000
  const codes = Array.from({ length: CODES }, (_, n) =>
    keys.code({ ...BINDING, codeId: n.toString(16).padStart(32, '0') })!,
  )
  for (const place of [0, 1, 2, 3, 4, 5]) {
    const counts = new Array<number>(10).fill(0)
    for (const code of codes) counts[Number(code[place])]! += 1
    const expected = CODES / 10
    const chiSquare = counts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
    // Nine degrees of freedom: above 33.7 once in 10,000 runs, and these codes are always the same.
    expect(chiSquare).toBeLessThan(33.7)
  }
  // 100,000 drawn from a million: about 95,163 different ones.
  expect(new Set(codes).size).toBeGreaterThan(94_800)
})

test('keys of accounts and limits are hashes that differ by kind and stay under a newer master', () => {
  const e164 = '+4915112345678'
  const all = [
    keys.accountId(e164),
    keys.limitKey('prefix', e164),
    keys.limitKey('address', e164),
    keys.requestHash(e164).slice(0, 22),
    makeAccountKeys(keyring, 2).accountId(e164),
  ]
  expect(new Set(all).size).toBe(all.length)
  for (const key of all) expect(key).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(keys.newestVersion).toBe(2)
})

test('accounts cannot be found by a master secret that is not there', () => {
  expect(() => makeAccountKeys(keyring, 3)).toThrow('ACCOUNT_MASTER_VERSION')
})
