import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { parseHmacSecret } from '../../protocol/src/index.ts'
import { slotOf } from '../../functions/src/installs/slot.ts'
import { seconds } from '../functions/harness/database.ts'
import type { Key } from '../functions/harness/key.ts'
import { signed } from '../functions/harness/signed.ts'
import { activeKeysOf, faultsOf } from '../functions/installs/harness/faults.ts'
import { startWorld, type Slot, type User, type World } from './support/world.ts'

jest.setTimeout(180_000)

let world: World
let victim: User
let stranger: User
beforeAll(async () => {
  world = await startWorld()
  victim = await world.signUp()
  stranger = await world.signUp()
})
afterAll(() => world.close())

const DEVICE = 'the-device-of-the-victim'

const keyOf = ({ credential }: Slot, { uid }: User, deviceId: string): Key => {
  if (credential === undefined) throw new Error('no credential in the slot')
  const { apiKey, hmacSecret, keyId } = credential
  const secret = Buffer.from(parseHmacSecret(hmacSecret)!)
  return { apiKey, keyId, secret, uid, slot: slotOf(deviceId) }
}

/** What an app does, both steps. @throws Error when it does not get its key at once */
async function register(user: User, deviceId: string): Promise<Key> {
  const body = { deviceId, uid: user.uid }
  const first = await world.post(body, user.idToken)
  const otp = world.slot(user.uid, deviceId).otp?.code
  const second = await world.post({ ...body, otp }, user.idToken)
  if (first.status !== 200 || second.status !== 200) {
    throw new Error(`${first.text} ${second.text}`)
  }
  return keyOf(world.slot(user.uid, deviceId), user, deviceId)
}

async function statusOf(key: Key): Promise<number> {
  const request = await signed(key, { created: seconds(world.clock) })
  return (await world.instance.send(request)).status
}

/** More for a long run: SEQUENCES=10000 npx jest test/e2e/strangers --selectProjects e2e */
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 1000)

describe(`${SEQUENCES} sequences of what a stranger may do (T1)`, () => {
  const place = () => ({ uid: victim.uid, slot: slotOf(DEVICE) })

  /** One call each, with everything that a stranger can know: the UID and even the device ID. */
  const ATTACKS = {
    'asks for an OTP': () => world.post({ deviceId: DEVICE, uid: victim.uid }),
    'asks for an OTP with a token of its own': () =>
      world.post({ deviceId: DEVICE, uid: victim.uid }, stranger.idToken),
    'asks for an OTP with a forged token': () =>
      world.post({ deviceId: DEVICE, uid: victim.uid }, `${stranger.idToken}x`),
    'asks for an OTP for another device': () =>
      world.post({ deviceId: 'another-device', uid: victim.uid }),
    'guesses an OTP': () => world.post({ deviceId: DEVICE, uid: victim.uid, otp: '00000000' }),
    'guesses an OTP with a token of its own': () =>
      world.post({ deviceId: DEVICE, uid: victim.uid, otp: '00000000' }, stranger.idToken),
    'guesses for another device': () =>
      world.post({ deviceId: 'another-device', uid: victim.uid, otp: '00000000' }),
    'brings its own OTP': async () => {
      await world.post({ deviceId: DEVICE, uid: stranger.uid }, stranger.idToken)
      const otp = world.slot(stranger.uid, DEVICE).otp?.code ?? '00000000'
      return world.post({ deviceId: DEVICE, uid: victim.uid, otp })
    },
    "registers the victim's device under its own UID": async () => {
      await register(stranger, DEVICE)
      return world.post({ deviceId: DEVICE, uid: stranger.uid })
    },
    'five guesses at once': async () => {
      const guess = { deviceId: DEVICE, uid: victim.uid, otp: '11111111' }
      await Promise.all(Array.from({ length: 5 }, () => world.post(guess)))
      return world.post(guess)
    },
    'lets the sweep run': async () => {
      await world.instance.service.sweep()
      return world.post({ deviceId: DEVICE, uid: victim.uid })
    },
  } as const
  const NAMES = Object.keys(ATTACKS) as (keyof typeof ATTACKS)[]

  const step = fc.record({
    name: fc.constantFrom(...NAMES),
    /** Seconds that pass before. */
    wait: fc.constantFrom(0, 0, 0, 1, 10, 31, 61),
  })

  test("leave the victim's key as it is, and its registration possible at any moment", async () => {
    let key = await register(victim, DEVICE)
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (steps, isUnderWay) => {
          // Under way: the victim has asked for its OTP, and will send it back in the end.
          if (isUnderWay) {
            // So seldom that the victim does not use up its own keys of the day.
            world.clock.ms += 40 * 60_000
            await world.post({ deviceId: DEVICE, uid: victim.uid }, victim.idToken)
          }
          const otp = world.slot(victim.uid, DEVICE).otp
          const startedAt = world.clock.ms
          const record = world.data()['installs']?.[key.keyId]
          const drop = world.slot(victim.uid, DEVICE).credential

          for (const { name, wait } of steps) {
            world.clock.ms += wait * 1000
            const { text } = await ATTACKS[name]()
            for (const secret of secretsIn(world.slot(victim.uid, DEVICE))) {
              expect(text).not.toContain(secret)
            }
          }
          expect(isDeepStrictEqual(world.data()['installs']?.[key.keyId], record)).toBe(true)
          expect(isDeepStrictEqual(world.slot(victim.uid, DEVICE).credential, drop)).toBe(true)
          expect(activeKeysOf(world.data(), place())).toEqual([key.keyId])

          if (isUnderWay && world.clock.ms - startedAt < 30_000) {
            const body = { deviceId: DEVICE, uid: victim.uid, otp: otp!.code }
            const answer = await world.post(body, victim.idToken)
            expect(answer.status).toBe(200)
            key = keyOf(world.slot(victim.uid, DEVICE), victim, DEVICE)
          }
        },
      ),
      { numRuns: SEQUENCES, seed: 20260701 },
    )
    expect(await statusOf(key)).toBe(200)
    expect(faultsOf(world.data())).toEqual([])
    const renewed = await register(victim, DEVICE)
    expect(await statusOf(renewed)).toBe(200)
  })
})

const secretsIn = ({ otp, credential }: Slot): string[] =>
  [otp?.code, credential?.apiKey, credential?.hmacSecret].filter((text) => text !== undefined)

describe('answers tell nothing about a UID (T1)', () => {
  /** All but what is different by its nature. */
  const shown = (received: Awaited<ReturnType<World['post']>>, uid: string, deviceId: string) => {
    const { 'x-request-id': requestId, ...headers } = received.headers
    const body = received.text
      .replaceAll(String(requestId), 'REQUEST')
      .replaceAll(`users/${uid}/${slotOf(deviceId)}/`, 'PLACE/')
    return {
      status: received.status,
      headers: { ...headers, date: '', 'content-length': '' },
      body,
    }
  }

  test('step 1 and step 2, for one that exists, is unknown, has a key, is registering, is capped', async () => {
    const users = {
      plain: await world.signUp(),
      withKey: await world.signUp(),
      registering: await world.signUp(),
      capped: await world.signUp(),
      exhausted: await world.signUp(),
    }
    await register(users.withKey, DEVICE)
    await world.post({ deviceId: DEVICE, uid: users.registering.uid })
    for (let n = 0; n < 7; n += 1) {
      await world.post({ deviceId: `device-000${n}`, uid: users.capped.uid })
      const otp = '00000000'
      await world.post({ deviceId: DEVICE, uid: users.exhausted.uid })
      await world.post({ deviceId: DEVICE, uid: users.exhausted.uid, otp })
    }
    const uids = [
      ...Object.values(users).map(({ uid }) => uid),
      'nobody-has-this-uid',
      '__proto__',
      'constructor',
      '-',
      'x'.repeat(128),
    ]
    for (const otp of [undefined, '00000000']) {
      const answers = []
      for (const uid of uids) {
        const body = { deviceId: DEVICE, uid, otp }
        answers.push(shown(await world.post(body), uid, DEVICE))
      }
      for (const answer of answers) expect(answer).toEqual(answers[0])
      expect(answers[0]!.status).toBe(otp === undefined ? 200 : 401)
    }
    // Nobody is registered by being named.
    expect(world.data()['users']?.['nobody-has-this-uid']).toBeUndefined()
    expect(Object.keys(world.data()['users']!)).not.toContain('__proto__')
  })
})

test('of UID × device × OTP and of key × secret only the diagonal passes (T2)', async () => {
  const users = await Promise.all([world.signUp(), world.signUp(), world.signUp()])
  const devices = ['device-of-one', 'device-of-two', 'device-of-three']
  const places = users.flatMap((user) => devices.map((deviceId) => ({ user, deviceId })))

  const ask = async ({ user, deviceId }: (typeof places)[number]) => {
    await world.post({ deviceId, uid: user.uid }, user.idToken)
    return world.slot(user.uid, deviceId).otp!.code
  }
  for (const [at, mine] of places.entries()) {
    for (const [from, theirs] of places.entries()) {
      world.clock.ms += 61_000
      await ask(mine)
      const otp = await ask(theirs)
      const body = { deviceId: mine.deviceId, uid: mine.user.uid, otp }
      const { status } = await world.post(body, mine.user.idToken)
      expect({ at, from, status }).toEqual({ at, from, status: at === from ? 200 : 401 })
    }
  }

  const keys = places.map(({ user, deviceId }) =>
    keyOf(world.slot(user.uid, deviceId), user, deviceId),
  )
  for (const [at, { apiKey, keyId }] of keys.entries()) {
    for (const [from, { secret }] of keys.entries()) {
      const status = await statusOf({ ...keys[at]!, apiKey, keyId, secret })
      expect({ at, from, status }).toEqual({ at, from, status: at === from ? 200 : 401 })
    }
  }
  expect(faultsOf(world.data())).toEqual([])
})

describe('10,000 strings as device ID and UID (T3)', () => {
  const HOSTILE = [
    ...['.', '..', '/', '\\', '$', '#', '[', ']', '%2f', '%2e%2e', '\0', '\n', ' ', '$uid'],
    ...[
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '.info',
      '.settings',
    ],
    ...['users', 'installs', 'challenges', 'nonces', 'revocations', 'limits', 'heartbeat'],
    ...['true', 'null', '0', '-1', '1e9', '\u202e', '\ufeff', '\ud800', '💣', 'ß', 'İ', 'ﬁ', 'é'],
  ]
  const part = fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.stringMatching(/^[A-Za-z0-9._:-]{1,20}$/),
  )
  const text = fc.oneof(
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
    fc.integer({ min: 100, max: 200 }).map((length) => 'x'.repeat(length)),
  )

  test('are refused, or lead to the slot of the caller and nowhere else', async () => {
    const caller = await world.signUp()
    world.rtdb.import(world.rtdb.namespaces()[0]!, null)
    const strings = fc.sample(text, { numRuns: 10_000, seed: 3 })
    const statuses = new Map<number, number>()
    const allowed = new Set<string>()
    for (const [n, string] of strings.entries()) {
      // As device ID of the caller, and as UID of somebody; each with and without an OTP.
      const body =
        n % 2 === 0 ? { deviceId: string, uid: caller.uid } : { deviceId: DEVICE, uid: string }
      const sent = n % 5 === 0 ? { ...body, otp: '00000000' } : body
      const { status } = await world.post(sent, n % 2 === 0 ? caller.idToken : undefined)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (n % 2 === 0) allowed.add(slotOf(string))
    }
    expect([...statuses.keys()].sort()).toEqual([200, 400, 401])
    expect(statuses.get(200)).toBeGreaterThan(500)

    const data = world.data()
    expect(Object.keys(data).sort()).toEqual(['challenges', 'limits', 'users'])
    // How many calls there were in a minute, and nothing of what was sent.
    expect(Object.keys(data['limits']!)).toEqual(['calls'])
    for (const table of ['users', 'challenges']) {
      expect(Object.keys(data[table]!)).toEqual([caller.uid])
      const slots = Object.keys(data[table]![caller.uid]!)
      expect(slots.filter((slot) => !allowed.has(slot))).toEqual([])
      expect(slots.length).toBeGreaterThan(100)
    }
    const kinds = Object.values(data['users']![caller.uid]!).flatMap((slot) => Object.keys(slot))
    expect(new Set(kinds)).toEqual(new Set(['otp']))
    // The service serves on.
    expect(await statusOf(await register(caller, DEVICE))).toBe(200)
  })
})
