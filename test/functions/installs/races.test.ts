import type { Place } from '../../../functions/src/installs/store.ts'
import { STORE_SETTINGS, connect, placeOf, startBackend, type Backend } from './harness/backend.ts'
import { activeKeysOf, faultsOf } from './harness/faults.ts'
import { makeInstallStore } from '../../../functions/src/installs/store.ts'
import type { Issuing } from '../../../functions/src/installs/issuing.ts'

/** More for a long run: RACE_ROUNDS=1000 npx jest test/functions/installs/races */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 25)
const CALLERS = 50

// Ten seconds of work here; other processes may want the machine as well.
jest.setTimeout(120_000)

let backend: Backend
/** Two instances that share the database alone. */
let instances: readonly Issuing[]
const closing: (() => Promise<void>)[] = []
let places = 0
const newPlace = () => placeOf((places += 1))

beforeAll(async () => {
  backend = await startBackend()
  const other = await connect(backend)
  closing.push(
    () => other.close(),
    () => backend.close(),
  )
  instances = [
    backend.issuing,
    backend.issuingWith({ store: makeInstallStore(other.database, STORE_SETTINGS) }),
  ]
})
afterAll(async () => {
  for (const close of closing) await close()
})
afterEach(() => expect(faultsOf(backend.data())).toEqual([]))

const instanceOf = (caller: number) => instances[caller % instances.length]!

const atOnce = <T>(count: number, call: (caller: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, caller) => call(caller)))

const count = <T>(values: readonly T[], value: T) => values.filter((each) => each === value).length

/** Between rounds: the slate is clean, so that a round costs the same as the first. */
const forgetAll = () => backend.rtdb.import(backend.rtdb.namespaces()[0]!, null)

test('the right code 50 times at once buys one credential (T5)', async () => {
  for (let round = 0; round < 5; round += 1) {
    const place = newPlace()
    await backend.issuing.challenge(place, true)
    const code = backend.otpAt(place)!
    const verdicts = await atOnce(CALLERS, (caller) =>
      instanceOf(caller).redeem(place, code, caller % 3 === 0),
    )
    expect(count(verdicts, 'issued')).toBe(1)
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
  }
})

test('and never a second one later', async () => {
  const place = newPlace()
  await backend.issuing.challenge(place, true)
  const code = backend.otpAt(place)!
  expect(await backend.issuing.redeem(place, code, true)).toBe('issued')
  const drop = backend.credentialAt(place)
  for (const instance of instances) {
    expect(await instance.redeem(place, code, true)).toBe('otp_rejected')
  }
  expect(backend.credentialAt(place)).toEqual(drop)
})

describe(`${CALLERS} callers at once, ${ROUNDS} rounds (T11)`, () => {
  test(
    'that register the same place, both steps: one active key, no orphan secret',
    async () => {
      const issued: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        forgetAll()
        const place = newPlace()
        const verdicts = await atOnce(CALLERS, (caller) => bothSteps(instanceOf(caller), place))
        issued.push(count(verdicts, 'issued'))
        expect(faultsOf(backend.data())).toEqual([])
        expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
      }
      // A claimed challenge makes way for the next, so more than one caller may be served, in turn.
      expect(Math.min(...issued)).toBeGreaterThanOrEqual(1)
    },
    60_000 + ROUNDS * 2000,
  )

  test(
    'that rotate and register a place that has a key: one active key, whoever wins',
    async () => {
      const winners = { rotation: 0, registration: 0 }
      for (let round = 0; round < ROUNDS; round += 1) {
        forgetAll()
        const place = newPlace()
        const first = (await backend.store.read((await backend.register(place)).keyId))!
        backend.clock.ms += 1
        await backend.issuing.challenge(place, true)
        const code = backend.otpAt(place)!
        const verdicts = await atOnce(CALLERS, async (caller) =>
          caller % 2 === round % 2
            ? ((await instanceOf(caller >> 1).rotate(first)) as string)
            : instanceOf(caller >> 1).redeem(place, code, true),
        )
        expect(faultsOf(backend.data())).toEqual([])
        const [current, ...others] = activeKeysOf(backend.data(), place)
        expect(others).toEqual([])
        expect(backend.credentialAt(place)!.keyId).toBe(current)
        expect(await backend.store.read(first.keyId)).toMatchObject({ status: 'superseded' })
        // A registration always gets its key: after a rotation it supersedes the successor.
        expect(count(verdicts, 'issued')).toBeGreaterThanOrEqual(1)
        winners[count(verdicts, 'issued') > 1 ? 'rotation' : 'registration'] += 1
      }
      expect(winners.rotation + winners.registration).toBe(ROUNDS)
    },
    60_000 + ROUNDS * 2000,
  )

  test(
    'that revoke and rotate: no key survives beside a revoked one, no secret is left without a key',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        forgetAll()
        const place = newPlace()
        const first = (await backend.store.read((await backend.register(place)).keyId))!
        await atOnce(CALLERS, (caller) =>
          caller % 2 === round % 2
            ? instanceOf(caller >> 1).rotate(first)
            : instanceOf(caller >> 1).revoke(first, 'race'),
        )
        expect(faultsOf(backend.data())).toEqual([])
        expect(await backend.store.read(first.keyId)).toMatchObject({ status: 'revoked' })
        const active = activeKeysOf(backend.data(), place)
        const drop = backend.credentialAt(place)
        expect(active).toEqual(drop === undefined ? [] : [drop.keyId])
      }
    },
    60_000 + ROUNDS * 2000,
  )
})

async function bothSteps(issuing: Issuing, place: Place): Promise<string> {
  await issuing.challenge(place, true)
  return issuing.redeem(place, backend.otpAt(place) ?? '00000000', true)
}
