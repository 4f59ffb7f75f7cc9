import { withNewVersion } from '../../../scripts/ops/secrets.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import { slotOf } from '../../../functions/src/installs/slot.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import type { Key } from '../harness/key.ts'
import { signed } from '../harness/signed.ts'

// The runbook of docs/operate.md, "A master secret has leaked", from its first step to the last.

const LEAKED = withNewVersion('').text
const UID = 'ada'
const DEVICE = 'device-of-ada'
const SLOT = slotOf(DEVICE)

let database: TestDatabase
let deployed: Instance | undefined
beforeEach(async () => {
  database = await startDatabase({ installs: 0 })
})
afterEach(async () => {
  await deployed?.close()
  deployed = undefined
  await database.close()
})

/** A deployment: new instances take the place of the old ones. */
async function deploy(masterSecrets: string, retiredMasterVersions = ''): Promise<Instance> {
  const former = deployed
  deployed = undefined
  await former?.close()
  const settings = { masterSecrets, retiredMasterVersions, checkUidExists: false }
  return (deployed = await startInstance(database, settings))
}

/** As an app does it: both steps, each secret read in its slot. */
async function register(service: Instance): Promise<Key> {
  const headers = { 'content-type': 'application/json' }
  const post = (body: object) =>
    service.send({
      method: 'POST',
      target: '/api/installs',
      headers,
      body: JSON.stringify({ deviceId: DEVICE, uid: UID, ...body }),
    })
  const drop = () => database.data()['users']![UID]![SLOT]!
  expect((await post({})).status).toBe(200)
  expect((await post({ otp: drop()['otp']!['code'] })).status).toBe(200)
  const { keyId, apiKey, hmacSecret } = drop()['credential'] as unknown as Record<string, string>
  const secret = Buffer.from(hmacSecret!, 'base64url')
  return { keyId: keyId!, apiKey: apiKey!, secret, uid: UID, slot: SLOT }
}

async function outcome(service: Instance, key: Key): Promise<string> {
  const { status, json } = await service.send(
    await signed(key, { created: seconds(database.clock) }),
  )
  return status === 200 ? 'accepted' : String(json['code'])
}

/** What the thief makes of the leaked secret: the key of any key ID that there is. */
function forge(key: Key): Key {
  const keyring = makeKeyring(LEAKED)
  const mac = keyring.apiKeyMac(1, key.keyId)
  return {
    ...key,
    apiKey: `lk_v1_${key.keyId}_${mac}`,
    secret: keyring.hmacSecret(1, key.keyId),
  }
}

/** With another last digit. */
const forgedOf = ({ apiKey }: Key): string =>
  apiKey.slice(0, -1) + (apiKey.endsWith('0') ? '1' : '0')

test('a leaked master secret is worth nothing from the deployment on, and apps help themselves', async () => {
  const before = await deploy(LEAKED)
  const old = await register(before)
  expect(await outcome(before, old)).toBe('accepted')
  expect(await outcome(before, forge(old))).toBe('accepted')

  // Steps 1 and 2: one more version, the leaked one retired at once, one deployment.
  const { text: replaced } = withNewVersion(LEAKED)
  const after = await deploy(replaced, '1')
  const spent = await database.count(async () => {
    expect(await outcome(after, forge(old))).toBe('key_superseded')
    expect(await outcome(after, old)).toBe('key_superseded')
  })
  expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })

  // Step 3 is the app's: it registers anew, and goes on.
  const fresh = await register(after)
  expect(fresh.apiKey).toMatch(/^lk_v2_/)
  expect(await outcome(after, fresh)).toBe('accepted')
  // Under the leaked version the thief can still sign for it; that version is refused.
  expect(await outcome(after, forge(fresh))).toBe('key_superseded')
  expect(database.data()['installs']![old.keyId]).toMatchObject({ status: 'superseded' })

  // The last step: the leaked version goes; what was issued since stays.
  const { text: clean, versions } = withNewVersion(replaced, [1])
  expect(versions).toBe('2, 3')
  const last = await deploy(clean)
  expect(await outcome(last, old)).toBe('invalid_credentials')
  expect(await outcome(last, fresh)).toBe('accepted')

  // As long as the list of retired ones still names it, an app that comes back after months helps itself.
  const named = await deploy(clean, '1')
  const forgotten = await database.count(async () => {
    expect(await outcome(named, old)).toBe('key_superseded')
    // A forged key of a version that is there is told nothing, retired or not.
    expect(await outcome(named, { ...fresh, apiKey: forgedOf(fresh) })).toBe('invalid_credentials')
  })
  expect(forgotten).toEqual({ reads: 0, writes: 0, denied: 0 })
  expect(await outcome(named, fresh)).toBe('accepted')
})

test('a planned rotation: until the date both work, from it on the old version is superseded', async () => {
  const old = await register(await deploy(LEAKED))
  const { text } = withNewVersion(LEAKED)
  const from = new Date(Math.ceil(database.clock.ms / 1000) * 1000 + 60_000)
  const service = await deploy(text, `1@${from.toISOString().replace('.000', '')}`)
  database.clock.ms = from.getTime() - 1
  expect(await outcome(service, old)).toBe('accepted')
  database.clock.ms = from.getTime()
  expect(await outcome(service, old)).toBe('key_superseded')
})

test('the newest version cannot be retired: the service does not start', async () => {
  await expect(deploy(LEAKED, '1')).rejects.toThrow('RETIRED_MASTER_VERSIONS retires 1, the newest')
})
