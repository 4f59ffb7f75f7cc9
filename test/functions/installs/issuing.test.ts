import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { parseApiKey, parseHmacSecret } from '../../../protocol/src/index.ts'
import type { Install } from '../../../functions/src/installs/install.ts'
import {
  makeInstallStore,
  type InstallStore,
  type Place,
} from '../../../functions/src/installs/store.ts'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import {
  STORE_SETTINGS,
  keyring,
  newId,
  placeOf,
  startBackend,
  type Backend,
} from './harness/backend.ts'
import { activeKeysOf, faultsOf } from './harness/faults.ts'

let backend: Backend
let places = 0
const newPlace = () => placeOf((places += 1))
const rowOf = ({ uid, slot }: Place) => ({
  ...{ uid, slot, place: `${uid}/${slot}`, status: 'active', masterVersion: 1 },
  ...{ createdAt: backend.clock.ms, lastUsedAt: backend.clock.ms },
})

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())
afterEach(() => expect(faultsOf(backend.data())).toEqual([]))

describe('a registration', () => {
  test('takes at most 2 reads and 3 writes', async () => {
    const place = newPlace()
    const spent = await backend.count(() => backend.register(place))
    expect(spent).toEqual({ reads: 2, writes: 3, denied: 0 })
  })

  test('takes no more when the place has a key already, the oldest of 300 of its UID', async () => {
    const place = newPlace()
    const first = await backend.register(place)
    const rows = Array.from({ length: 300 }, () => rowOf({ ...place, slot: newId().slice(0, 22) }))
    const others = Object.fromEntries(rows.map((row) => [newId(), row]))
    backend.seed('installs', { ...backend.data()['installs'], ...others })
    const spent = await backend.count(() => backend.register(place))
    expect(spent).toEqual({ reads: 2, writes: 3, denied: 0 })
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
    expect(await backend.store.read(first.keyId)).toMatchObject({ status: 'superseded' })
  })

  test('drops exactly what the guard will derive', async () => {
    const { apiKey, hmacSecret, keyId } = await backend.register(newPlace())
    const parsed = parseApiKey(apiKey)!
    expect(parsed.keyId).toBe(keyId)
    expect(parsed.masterVersion).toBe(keyring.newestVersion)
    expect(parsed.mac).toBe(keyring.apiKeyMac(parsed.masterVersion, keyId))
    expect(Buffer.from(parseHmacSecret(hmacSecret)!)).toEqual(
      keyring.hmacSecret(parsed.masterVersion, keyId),
    )
  })

  test('supersedes the earlier key at once, and tells warm instances', async () => {
    const place = newPlace()
    const first = await backend.register(place)
    await backend.register(place)
    expect(await backend.store.read(first.keyId)).toMatchObject({
      status: 'superseded',
      graceUntil: backend.clock.ms,
    })
    const told = Object.values(backend.data()['revocations'] ?? {}).map((row) => row['keyId'])
    expect(told).toContain(first.keyId)
  })
})

describe('a challenge', () => {
  test('that is live stays as it is, for its owner as for a stranger', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, false)
    const stored = () => [
      backend.data()['users']?.[place.uid],
      backend.data()['challenges']?.[place.uid],
    ]
    const before = stored()
    await backend.issuing.challenge(place, true)
    await backend.issuing.challenge(place, false)
    expect(stored()).toEqual(before)
  })

  test('ends with its code, and then makes way for the next', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, true)
    const code = backend.otpAt(place)!
    backend.clock.ms += 60_000
    expect(await backend.issuing.redeem(place, code, true)).toBe('otp_rejected')
    await backend.issuing.challenge(place, true)
    expect(await backend.issuing.redeem(place, code, true)).toBe('otp_rejected')
    expect(await backend.issuing.redeem(place, backend.otpAt(place)!, true)).toBe('issued')
  })

  test('made under a master secret that is gone buys nothing', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, true)
    const newer = makeKeyring(
      JSON.stringify({ 9: createHash('sha256').update('nine').digest('base64url') }),
    )
    const after = backend.issuingWith({ keyring: newer })
    expect(await after.redeem(place, backend.otpAt(place)!, true)).toBe('otp_rejected')
  })

  test('made before a newer master secret came is redeemed after, with a key of the newer', async () => {
    const place = newPlace()
    const older = { 1: createHash('sha256').update('one').digest('base64url') }
    const newer = { ...older, 2: createHash('sha256').update('two').digest('base64url') }
    const before = backend.issuingWith({ keyring: makeKeyring(JSON.stringify(older)) })
    const after = backend.issuingWith({ keyring: makeKeyring(JSON.stringify(newer)) })
    await before.challenge(place, true)
    expect(await after.redeem(place, backend.otpAt(place)!, true)).toBe('issued')
    expect(parseApiKey(backend.credentialAt(place)!.apiKey)!.masterVersion).toBe(2)
  })

  test('of another place buys nothing here', async () => {
    const [mine, other] = [newPlace(), newPlace()]
    await backend.issuing.challenge(mine, true)
    await backend.issuing.challenge(other, true)
    expect(await backend.issuing.redeem(other, backend.otpAt(mine)!, true)).toBe('otp_rejected')
    expect(await backend.issuing.redeem({ ...other, uid: mine.uid }, '12345678', true)).toBe(
      'otp_rejected',
    )
  })
})

describe('a rotation', () => {
  test('drops a successor with the same scopes, and leaves the old key its grace', async () => {
    const place = newPlace()
    const first = await backend.register(place)
    const install = (await backend.store.read(first.keyId))!
    expect(await backend.issuing.rotate(install)).toBe('issued')
    const second = backend.credentialAt(place)!
    expect(second.keyId).not.toBe(first.keyId)
    expect(await backend.store.read(second.keyId)).toMatchObject({
      status: 'active',
      scopes: install.scopes,
    })
    expect(await backend.store.read(first.keyId)).toMatchObject({
      status: 'superseded',
      graceUntil: backend.clock.ms + 300_000,
    })
  })

  test('of a superseded or revoked key is a conflict and changes nothing', async () => {
    const place = newPlace()
    const old = (await backend.store.read((await backend.register(place)).keyId))!
    await backend.issuing.rotate(old)
    const before = backend.data()
    expect(await backend.issuing.rotate(old)).toBe('conflict')
    expect(isDeepStrictEqual(backend.data(), before)).toBe(true)

    const current = (await backend.store.read(backend.credentialAt(place)!.keyId))!
    await backend.issuing.revoke(current, 'test')
    expect(await backend.issuing.rotate(current)).toBe('conflict')
    expect(backend.credentialAt(place)).toBeUndefined()
  })
})

describe('a revocation', () => {
  test('takes the drop away, and cannot be undone', async () => {
    const place = newPlace()
    const install = (await backend.store.read((await backend.register(place)).keyId))!
    expect(await backend.issuing.revoke(install, 'test')).toBe('revoked')
    expect(backend.credentialAt(place)).toBeUndefined()
    for (const status of ['active', 'superseded', 'suspended', 'dormant']) {
      expect(await backend.database.write({ [`installs/${install.keyId}/status`]: status })).toBe(
        false,
      )
    }
    expect(await backend.issuing.revoke(install, 'again')).toBe('revoked')
  })

  test('ends the earlier keys in their grace as well, all in one write, and tells of each', async () => {
    const place = newPlace()
    const keyIds = [(await backend.register(place)).keyId]
    const rotate = async () => {
      await backend.issuing.rotate((await backend.store.read(keyIds.at(-1)!))!)
      keyIds.push(backend.credentialAt(place)!.keyId)
    }
    await rotate()
    backend.clock.ms += 300_000
    // The grace of the first is over.
    await rotate()
    await rotate()
    const [first, ...others] = keyIds
    const last = (await backend.store.read(keyIds.at(-1)!))!
    const spent = await backend.count(() => backend.issuing.revoke(last, 'by its install'))
    expect(spent).toEqual({ reads: 1, writes: 1, denied: 0 })
    const { installs, revocations } = backend.data()
    expect(installs![first!]).toMatchObject({ status: 'superseded' })
    for (const keyId of others) {
      expect(installs![keyId]).toMatchObject({ status: 'revoked', reason: 'by its install' })
    }
    const told = Object.values(revocations!).filter(
      ({ reason }) => (reason as unknown) === 'by its install',
    )
    expect(told.map(({ keyId }) => keyId as unknown).sort()).toEqual(others)
  })

  test.each(['remove', 'keep'] as const)(
    "of an old key leaves its successor's drop (CREDENTIAL_PICKUP=%s)",
    async (credentialPickup) => {
      const place = newPlace()
      const issuing = backend.issuingWith({}, { credentialPickup })
      await issuing.challenge(place, true)
      await issuing.redeem(place, backend.otpAt(place)!, true)
      const old = backend.credentialAt(place)!.keyId
      await issuing.rotate((await backend.store.read(old))!)
      await issuing.revoke((await backend.store.read(old))!, 'test')
      expect(await backend.store.read(old)).toMatchObject({ status: 'revoked' })
      expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
    },
  )
})

/** A write that has happened, and is refused when the SDK sends it once more after a reconnection. */
describe('an acknowledgement that is lost', () => {
  const forgetful = (method: 'claim' | 'rotate' | 'revoke'): InstallStore => {
    const store = makeInstallStore(backend.database, STORE_SETTINGS)
    const call = store[method].bind(store) as (...args: unknown[]) => Promise<boolean>
    const twice = async (...args: unknown[]): Promise<boolean> => {
      expect(await call(...args)).toBe(true)
      return call(...args)
    }
    return { ...store, [method]: twice }
  }

  test('does not deny a key that was issued', async () => {
    const place = newPlace()
    const issuing = backend.issuingWith({ store: forgetful('claim') })
    await issuing.challenge(place, true)
    expect(await issuing.redeem(place, backend.otpAt(place)!, true)).toBe('issued')
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
  })

  test('does not deny a rotation', async () => {
    const place = newPlace()
    const install = (await backend.store.read((await backend.register(place)).keyId))!
    const issuing = backend.issuingWith({ store: forgetful('rotate') })
    expect(await issuing.rotate(install)).toBe('issued')
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
  })

  test('does not deny a revocation', async () => {
    const install = (await backend.store.read((await backend.register(newPlace())).keyId))!
    const issuing = backend.issuingWith({ store: forgetful('revoke') })
    expect(await issuing.revoke(install, 'test')).toBe('revoked')
  })
})

describe('a write that comes late, after an outage', () => {
  test('makes no challenge, no key and no rotation any more', async () => {
    const place = newPlace()
    const install = (await backend.store.read((await backend.register(place)).keyId))!
    const before = backend.data()
    const { clock } = backend
    const late = backend.issuingWith({ now: () => clock.ms - 60_001 })
    await late.challenge(newPlace(), true)
    expect(await late.rotate(install)).toBe('conflict')
    expect(isDeepStrictEqual(backend.data(), before)).toBe(true)
  })
})

describe('the keys of a UID in a day', () => {
  test('are 50, whatever its apps call themselves, rotations included; the next day has its own', async () => {
    const { uid } = newPlace()
    const placeAt = (n: number): Place => ({ uid, slot: `device-${n}`.padEnd(22, '_') })
    for (let n = 0; n < 49; n += 1) await backend.register(placeAt(n))
    const install = (await backend.store.read(backend.credentialAt(placeAt(0))!.keyId))!
    expect(await backend.issuing.rotate(install)).toBe('issued')
    const rotated = (await backend.store.read(backend.credentialAt(placeAt(0))!.keyId))!

    // Neither a new device ID nor a rotation gets another, and nothing that was there is lost by asking.
    await expect(backend.register(placeAt(50))).rejects.toThrow('keys_enough')
    await expect(backend.register(placeAt(1))).rejects.toThrow('keys_enough')
    expect(await backend.issuing.rotate(rotated)).toBe('keys_enough')
    expect(activeKeysOf(backend.data(), placeAt(0))).toEqual([rotated.keyId])
    expect(activeKeysOf(backend.data(), placeAt(1))).toHaveLength(1)
    expect(backend.credentialAt(placeAt(50))).toBeUndefined()
    await backend.register(newPlace())

    backend.clock.ms += 86_400_000
    await backend.register(placeAt(50))
    expect(await backend.issuing.rotate(rotated)).toBe('issued')
  })

  test('are not used up by strangers, who may be given some without proof (ISSUANCE=direct)', async () => {
    const { uid } = newPlace()
    const placeAt = (n: number): Place => ({ uid, slot: `direct-${n}`.padEnd(22, '_') })
    for (let n = 0; n < 60; n += 1) {
      // Five a minute for a UID.
      if (n % 5 === 0) backend.clock.ms += 60_000
      await backend.issuing.direct(placeAt(n), false)
    }
    expect(backend.credentialAt(placeAt(59))).toBeDefined()
    await backend.register(placeAt(60))
  })
})

test('nothing can be minted out of nothing, not even by the backend', async () => {
  const place = newPlace()
  const keyId = newId()
  const install: Install = {
    ...{ keyId, ...place, status: 'active', scopes: ['accounts'], masterVersion: 1 },
    createdAt: backend.clock.ms,
    lastUsedAt: backend.clock.ms,
  }
  const challenge = {
    ...{ id: newId(), masterVersion: 1 },
    createdAt: backend.clock.ms,
    expiresAt: backend.clock.ms + 30_000,
  }
  const issue = {
    ...{ install, apiKey: `lk_v1_${keyId}_${keyId}`, hmacSecret: 'A'.repeat(43) },
  }
  expect(await backend.store.claim(challenge, issue, [], true)).toBe(false)
  expect(backend.credentialAt(place)).toBeUndefined()
})
