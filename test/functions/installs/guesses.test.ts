import type { Keyring } from '../../../functions/src/installs/keyring.ts'
import type { Place } from '../../../functions/src/installs/store.ts'
import { keyring, placeOf, startBackend, type Backend } from './harness/backend.ts'
import { faultsOf } from './harness/faults.ts'

let backend: Backend
let places = 0
const newPlace = () => placeOf((places += 1))

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())
afterEach(() => expect(faultsOf(backend.data())).toEqual([]))

const wrongFor = (code: string) => code.replace(/.$/, (digit) => String((Number(digit) + 5) % 10))

/** Tells how often a guess was compared: each comparison needs the TOTP secret. */
function countingKeyring(): { counting: Keyring; compared: () => number } {
  let compared = 0
  const totpSecret: Keyring['totpSecret'] = (...args) => {
    compared += 1
    return keyring.totpSecret(...args)
  }
  return { counting: { ...keyring, totpSecret }, compared: () => compared }
}

describe.each([
  ['a stranger', false],
  ['the owner', true],
])('%s (T4)', (_name, isOwner) => {
  test('of 50 wrong guesses at once 5 are compared, and then the right code is refused', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, true)
    const right = backend.otpAt(place)!
    const { counting, compared } = countingKeyring()
    const guessing = backend.issuingWith({ keyring: counting })
    const guess = () => guessing.redeem(place, wrongFor(right), isOwner)
    const verdicts = await Promise.all(Array.from({ length: 50 }, guess))
    expect(new Set(verdicts)).toEqual(new Set(['otp_rejected']))
    expect(compared()).toBe(5)

    expect(await guessing.redeem(place, right, isOwner)).toBe('otp_rejected')
    expect(compared()).toBe(5)
    expect(backend.credentialAt(place)).toBeUndefined()
  })

  test('has the fifth attempt still, but no sixth', async () => {
    const guess = async (place: Place, wrong: number) => {
      await backend.issuing.challenge(place, true)
      const right = backend.otpAt(place)!
      for (let n = 0; n < wrong; n += 1) {
        await backend.issuing.redeem(place, wrongFor(right), isOwner)
      }
      return backend.issuing.redeem(place, right, isOwner)
    }
    expect(await guess(newPlace(), 4)).toBe('issued')
    expect(await guess(newPlace(), 5)).toBe('otp_rejected')
  })
})

describe('a stranger who guesses at a UID', () => {
  test('has 20 attempts a day, whatever the challenges and devices; the next day again', async () => {
    const { uid } = newPlace()
    const { counting, compared } = countingKeyring()
    const guessing = backend.issuingWith({ keyring: counting })
    for (let device = 0; device < 10; device += 1) {
      const place = { uid, slot: placeOf(device).slot }
      await backend.issuing.challenge(place, true)
      for (let n = 0; n < 5; n += 1) await guessing.redeem(place, '00000000', false)
    }
    expect(compared()).toBe(20)

    backend.clock.ms += 86_400_000
    const place = { uid, slot: placeOf(0).slot }
    await backend.issuing.challenge(place, true)
    await guessing.redeem(place, '00000000', false)
    expect(compared()).toBe(21)
  })

  test('does not lock out the owner, who has an ID token', async () => {
    const place = newPlace()
    for (let n = 0; n < 6; n += 1) {
      backend.clock.ms += 60_000
      await backend.issuing.challenge(place, false)
      for (let guess = 0; guess < 5; guess += 1) {
        await backend.issuing.redeem(place, '00000000', false)
      }
    }
    expect(await backend.issuing.redeem(place, backend.otpAt(place)!, false)).toBe('otp_rejected')
    expect(await backend.issuing.redeem(place, backend.otpAt(place)!, true)).toBe('issued')
  })

  test('starts 5 challenges a minute, and leaves the owner as many as needed', async () => {
    const { uid } = newPlace()
    const started = async (isOwner: boolean, first: number) => {
      const slots = Array.from({ length: 20 }, (_, n) => ({ uid, slot: placeOf(first + n).slot }))
      await Promise.all(slots.map((place) => backend.issuing.challenge(place, isOwner)))
      return slots.filter((place) => backend.otpAt(place) !== undefined).length
    }
    expect(await started(false, 0)).toBe(5)
    expect(await started(true, 100)).toBe(20)
    expect(await started(false, 200)).toBe(0)
    backend.clock.ms += 60_000
    expect(await started(false, 300)).toBe(5)
  })

  test('who never had a challenge is told the same, and leaves nothing behind', async () => {
    const place = newPlace()
    expect(await backend.issuing.redeem(place, '00000000', false)).toBe('otp_rejected')
    const tables = ['users', 'challenges'].map((table) => backend.data()[table]?.[place.uid])
    expect(tables).toEqual([undefined, undefined])
    expect(JSON.stringify(backend.data()['limits'])).not.toContain(`"${place.uid}"`)
  })
})
