import { parseApiKey } from '../../protocol/src/index.ts'
import { SHARED_KEY_ID } from '../../functions/src/issuance.ts'
import { slotOf } from '../../functions/src/installs/slot.ts'
import { seconds } from '../functions/harness/database.ts'
import { keyWithId } from '../functions/harness/key.ts'
import { signed } from '../functions/harness/signed.ts'
import { startWorld, type World } from './support/world.ts'

// ISSUANCE=direct and static over a plain node:http server, a real database with the project's rules and
// the Auth emulator: the Functions emulator of a run is started once, with the default.

const DEVICE = 'device-1'

async function use(world: World, uid: string) {
  const { apiKey, keyId } = world.slot(uid, DEVICE).credential!
  const key = keyWithId(keyId, parseApiKey(apiKey)!.masterVersion)
  return world.instance.send(await signed(key, { created: seconds(world.clock) }))
}

describe('direct', () => {
  let world: World
  beforeAll(async () => (world = await startWorld({ issuance: 'direct' })))
  afterAll(() => world.close())

  test('one call drops a key that its owner uses; a second call changes nothing', async () => {
    const { uid, idToken } = await world.signUp()
    const first = await world.post({ deviceId: DEVICE, uid }, idToken)
    expect([first.status, first.json]).toEqual([
      200,
      {
        drop: 'credential',
        path: `users/${uid}/${slotOf(DEVICE)}/credential`,
        databaseUrl: expect.any(String) as string,
      },
    ])
    const { keyId } = world.slot(uid, DEVICE).credential!
    // A stranger who names the UID gets the same answer, and nothing else.
    const second = await world.post({ deviceId: DEVICE, uid })
    expect([second.status, second.json]).toEqual([first.status, first.json])
    expect(world.slot(uid, DEVICE).credential!.keyId).toBe(keyId)
    expect((await use(world, uid)).json).toMatchObject({ keyId, status: 'active' })
    expect(world.slot(uid, DEVICE)).toEqual({})
  })

  test("nothing is dropped for a UID that nobody has, or under another's ID token", async () => {
    const [ada, bob] = [await world.signUp(), await world.signUp()]
    const unknown = await world.post({ deviceId: DEVICE, uid: 'nobody' })
    expect([unknown.status, unknown.json['drop']]).toEqual([200, 'credential'])
    expect(world.slot('nobody', DEVICE)).toEqual({})
    expect((await world.post({ deviceId: DEVICE, uid: ada.uid }, bob.idToken)).status).toBe(401)
    expect(world.slot(ada.uid, DEVICE)).toEqual({})
  })
})

describe('static', () => {
  let world: World
  beforeAll(async () => (world = await startWorld({ issuance: 'static' })))
  afterAll(() => world.close())

  test('everybody who has a UID gets the one key, and it works for all', async () => {
    for (const { uid, idToken } of [await world.signUp(), await world.signUp()]) {
      const { status, json } = await world.post({ deviceId: DEVICE, uid }, idToken)
      expect([status, json['drop']]).toEqual([200, 'credential'])
      expect(world.slot(uid, DEVICE).credential!.keyId).toBe(SHARED_KEY_ID)
      expect((await use(world, uid)).json).toMatchObject({ keyId: SHARED_KEY_ID })
    }
    await world.post({ deviceId: DEVICE, uid: 'nobody' })
    expect(world.slot('nobody', DEVICE)).toEqual({})
  })
})
