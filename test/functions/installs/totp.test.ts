import { TOTP, totpCode, totpExpiry, verifyTotp } from '../../../functions/src/installs/totp.ts'
import rfc6238 from '../../vectors/rfc6238-b.json'

describe(rfc6238.title, () => {
  const secret = Buffer.from(rfc6238.secretAscii)

  test.each(rfc6238.cases)('$unixSeconds s: $code', ({ unixSeconds, code }) => {
    expect(totpCode(secret, unixSeconds * 1000)).toBe(code)
    expect(verifyTotp(secret, code, unixSeconds * 1000)).toBe(true)
  })

  test('the code of SHA-1 (94287082 at 59 s) is another', () => {
    expect(verifyTotp(secret, '94287082', 59_000)).toBe(false)
  })
})

describe('the window', () => {
  const secret = Buffer.alloc(32, 7)
  /** The first millisecond of a time step. */
  const stepStart = 59_843_334 * 30_000
  const code = totpCode(secret, stepStart)

  test.each([
    { atSeconds: -1, accepted: false, why: 'of the future' },
    { atSeconds: 0, accepted: true, why: 'first second of its step' },
    { atSeconds: 29, accepted: true, why: 'last second of its step' },
    { atSeconds: 30, accepted: true, why: 'first second of the next step' },
    { atSeconds: 59, accepted: true, why: 'last second of the next step' },
    { atSeconds: 60, accepted: false, why: 'two steps on' },
    { atSeconds: 90, accepted: false, why: 'three steps on' },
  ])('$atSeconds s after its step began: $accepted ($why)', ({ atSeconds, accepted }) => {
    expect(verifyTotp(secret, code, stepStart + atSeconds * 1000)).toBe(accepted)
  })

  test('is this step and the previous one, and no other, in any step', () => {
    const codes = Array.from({ length: 201 }, (_, n) => totpCode(secret, stepStart + n * 30_000))
    for (let now = 2; now < 199; now += 1) {
      const accepted = codes.flatMap((each, n) =>
        verifyTotp(secret, each, stepStart + now * 30_000) ? [n] : [],
      )
      expect(accepted).toEqual([now - 1, now])
    }
  })

  test('is the same to the millisecond', () => {
    expect(verifyTotp(secret, code, stepStart + 59_999)).toBe(true)
    expect(verifyTotp(secret, code, stepStart + 60_000)).toBe(false)
    expect(verifyTotp(secret, code, stepStart - 1)).toBe(false)
  })

  test.each([0, 1, 999, 14_500, 29_999])(
    'a code made %d ms into its step expires when it stops being accepted',
    (ms) => {
      const expiresAt = totpExpiry(stepStart + ms)
      expect(verifyTotp(secret, code, expiresAt - 1)).toBe(true)
      expect(verifyTotp(secret, code, expiresAt)).toBe(false)
      // T4: never longer than 60 s, and long enough for a phone on a slow network.
      expect(expiresAt - stepStart - ms).toBeLessThanOrEqual(60_000)
      expect(expiresAt - stepStart - ms).toBeGreaterThan(30_000)
    },
  )
})

test('codes are always 8 digits', () => {
  const secrets = Array.from({ length: 2000 }, (_, n) => Buffer.alloc(32, `secret ${n}`))
  const codes = secrets.map((secret) => totpCode(secret, 0))
  expect(codes.filter((code) => !/^[0-9]{8}$/.test(code))).toEqual([])
  // Leading zeros are there: one code in ten has one.
  expect(codes.filter((code) => code.startsWith('0')).length).toBeGreaterThan(100)
  expect(TOTP.digits).toBe(8)
})
