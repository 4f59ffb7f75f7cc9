import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { Database } from '../../../functions/src/database.ts'
import type { Place } from '../../../functions/src/installs/store.ts'
import type { SweepParts } from '../../../functions/src/sweep/sweep.ts'
import type { Tree } from '../harness/database.ts'
import { connect, newId, placeOf, startBackend, type Backend } from '../installs/harness/backend.ts'
import { activeKeysOf, faultsOf } from '../installs/harness/faults.ts'
import { sweepOn } from './harness/sweepOn.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const NOTHING = {
  challenges: 0,
  drops: 0,
  installs: 0,
  users: 0,
  windows: 0,
  revocations: 0,
  expired: 0,
  pending: 0,
  usage: 0,
  risks: 0,
}

let backend: Backend
let places = 0
const newPlace = () => placeOf((places += 1))

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())
beforeEach(() => backend.rtdb.import(backend.rtdb.namespaces()[0]!, null))
afterEach(() => expect(faultsOf(backend.data())).toEqual([]))

const sweepWith = (parts: Partial<SweepParts> = {}) => sweepOn(backend, parts)

/** All data but the sweep's own notes. */
const rest = (): Tree =>
  Object.fromEntries(Object.entries(backend.data()).filter(([table]) => table !== 'sweeps'))

const minuteOf = (ms: number) => Math.floor(ms / MINUTE_MS)
const at = (table: string, { uid, slot }: Place) => backend.data()[table]?.[uid]?.[slot]
const nonceName = (n: number) => `${newId()}-${String(n).padStart(16, 'n')}`

describe('goes', () => {
  test('a used challenge, at once', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    expect((await sweepWith()).removed).toEqual({ ...NOTHING, challenges: 1 })
    expect(at('challenges', place)).toBeUndefined()
    expect(backend.credentialAt(place)!.keyId).toBe(keyId)
  })

  test('an expired challenge with its OTP, from the millisecond that it is over', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, false)
    const expiresAt = Number(at('challenges', place)!['expiresAt'])
    backend.clock.ms = expiresAt - 1
    expect((await sweepWith()).removed.challenges).toBe(0)
    backend.clock.ms = expiresAt
    expect((await sweepWith()).removed.challenges).toBe(1)
    expect(backend.data()['challenges']).toBeUndefined()
    expect(backend.data()['users']).toBeUndefined()
  })

  test('a drop that nobody has collected for 24 h; its key stays, and works', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    backend.clock.ms += DAY_MS - 1
    expect((await sweepWith()).removed.drops).toBe(0)
    backend.clock.ms += 1
    expect((await sweepWith()).removed.drops).toBe(1)
    expect(backend.data()['users']).toBeUndefined()
    const install = (await backend.store.read(keyId))!
    expect(install).toMatchObject({ status: 'active' })
    expect(install.pickupBy).toBeUndefined()
    // And an app that has lost it registers anew.
    await backend.register(place)
  })

  test('a minute of nonces, once no request with such a `created` can be fresh', async () => {
    const start = minuteOf(backend.clock.ms) * MINUTE_MS
    const path = `nonces/${minuteOf(start)}/${nonceName(1)}`
    expect(await backend.database.create(path, true)).toBe(true)
    // A request created in its last second is fresh for 300 s, and is there 30 s early at the most.
    backend.clock.ms = start + MINUTE_MS + 330_000
    expect((await sweepWith()).removed.windows).toBe(0)
    backend.clock.ms = start + 2 * MINUTE_MS + 330_000
    expect((await sweepWith()).removed.windows).toBeGreaterThan(0)
    expect(backend.data()['nonces']).toBeUndefined()
  })

  test('counters of minutes and days that are over', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, false)
    await backend.issuing.redeem(place, '00000000', false)
    expect(Object.keys(backend.data()['limits']!)).toEqual(['calls', 'challenges', 'otpAttempts'])
    backend.clock.ms += 3 * MINUTE_MS
    await sweepWith()
    expect(Object.keys(backend.data()['limits']!)).toEqual(['otpAttempts'])
    backend.clock.ms += DAY_MS + 2 * MINUTE_MS
    await sweepWith()
    expect(backend.data()['limits']).toBeUndefined()
  })

  test('a revocation after an hour; every instance knows by then', async () => {
    const place = newPlace()
    const install = (await backend.store.read((await backend.register(place)).keyId))!
    await backend.issuing.revoke(install, 'test')
    backend.clock.ms += 60 * MINUTE_MS - 1
    expect((await sweepWith()).removed.revocations).toBe(0)
    backend.clock.ms += 1
    expect((await sweepWith()).removed.revocations).toBe(1)
    expect(backend.data()['revocations']).toBeUndefined()
    expect(await backend.store.read(install.keyId)).toMatchObject({ status: 'revoked' })
  })
})

test('what is needed stays: a live challenge, a waiting drop, a fresh nonce, a young revocation', async () => {
  const [waiting, challenged, revoked] = [newPlace(), newPlace(), newPlace()]
  await backend.register(waiting)
  await backend.issuing.challenge(challenged, false)
  await backend.issuing.redeem(challenged, '00000000', false)
  await backend.issuing.revoke(
    (await backend.store.read((await backend.register(revoked)).keyId))!,
    'test',
  )
  await backend.database.create(`nonces/${minuteOf(backend.clock.ms)}/${nonceName(1)}`, true)
  await sweepWith()
  const kept = rest()
  expect((await sweepWith()).removed).toEqual(NOTHING)
  expect(rest()).toEqual(kept)
  expect(Object.keys(kept).sort()).toEqual(
    ['challenges', 'installs', 'limits', 'nonces', 'revocations', 'users'].sort(),
  )
})

describe('batches', () => {
  /** The largest number of rows that was read, and of paths that was written, at a time. */
  function measuring(database: Database) {
    const most = { rows: 0, paths: 0, operations: 0 }
    const measured: Database = {
      ...database,
      select: async (...args) => {
        const rows = await database.select(...args)
        most.rows = Math.max(most.rows, rows.length)
        most.operations += 1
        return rows
      },
      write: (values) => {
        most.paths = Math.max(most.paths, Object.keys(values).length)
        most.operations += 1
        return database.write(values)
      },
    }
    return { measured, most }
  }

  const expired = (uids: readonly string[]) => {
    const slot = 's'.repeat(22)
    const expiresAt = backend.clock.ms - 1
    backend.seed(
      'challenges',
      Object.fromEntries(uids.map((uid) => [uid, { [slot]: { id: newId(), expiresAt } }])),
    )
    backend.seed(
      'users',
      Object.fromEntries(uids.map((uid) => [uid, { [slot]: { otp: { expiresAt } } }])),
    )
  }

  test.each([1, 7, 100])(
    'of %d rows remove 100 and more of each kind, all of it',
    async (batch) => {
      expired(Array.from({ length: 101 }, (_, n) => `uid-${n}`))
      const old = backend.clock.ms - 2 * DAY_MS
      const revocations = Array.from({ length: 101 }, () => [newId(), { at: old }])
      backend.seed('revocations', Object.fromEntries(revocations))
      const minutes = Array.from({ length: 101 }, (_, n) => [minuteOf(old) + n, { a: true }])
      backend.seed('nonces', Object.fromEntries(minutes))
      const { measured, most } = measuring(backend.database)
      const report = await sweepWith({ database: measured, batch })
      expect(report.removed).toMatchObject({ challenges: 101, revocations: 101 })
      expect(rest()).toEqual({})
      expect(most.rows).toBeLessThanOrEqual(batch)
      expect(most.paths).toBeLessThanOrEqual(2 * batch)
    },
  )

  test('hold for a UID with 300 slots as well', async () => {
    const slots = Array.from({ length: 300 }, (_, n) => placeOf(n).slot)
    const expiresAt = backend.clock.ms - 1
    const rowsOf = (row: () => object) => ({
      one: Object.fromEntries(slots.map((slot) => [slot, row()])),
    })
    backend.seed(
      'challenges',
      rowsOf(() => ({ id: newId(), expiresAt })),
    )
    backend.seed(
      'users',
      rowsOf(() => ({ otp: { expiresAt } })),
    )
    const { measured, most } = measuring(backend.database)
    expect((await sweepWith({ database: measured, batch: 50 })).removed.challenges).toBe(300)
    expect(most.paths).toBeLessThanOrEqual(100)
    expect(rest()).toEqual({})
  })

  test('do not stop at live challenges, nor at UIDs that look like numbers', async () => {
    const slot = 's'.repeat(22)
    const uids = ['1', '2', '30', '-4', '007', '99999999999', 'a', 'Z', '_', '-', 'a-b', 'a!b']
    const rows = uids.map((uid, n) => [
      uid,
      { [slot]: { id: newId(), expiresAt: backend.clock.ms + (n % 2 === 0 ? 1000 : -1) } },
    ])
    backend.seed('challenges', Object.fromEntries(rows))
    backend.seed(
      'users',
      Object.fromEntries(uids.map((uid) => [uid, { [slot]: { otp: { code: '1' } } }])),
    )
    expect((await sweepWith({ batch: 1 })).removed.challenges).toBe(uids.length / 2)
    const left = Object.keys(backend.data()['challenges']!).sort()
    expect(left).toEqual(uids.filter((_, n) => n % 2 === 0).sort())
  })

  test('begin no more when the time is over; the next sweep goes on', async () => {
    expired(Array.from({ length: 50 }, (_, n) => `uid-${n}`))
    let elapsedMs = 0
    const slow: Database = {
      ...backend.database,
      select: (table, selection) => {
        if (table === 'challenges') elapsedMs += 1000
        return backend.database.select(table, selection)
      },
    }
    const now = () => backend.clock.ms + elapsedMs
    const report = await sweepWith({ database: slow, now, batch: 10, budgetMs: 2500 })
    expect(report.left).toContain('challenges')
    const left = Object.keys(backend.data()['challenges']!).length
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(50)
    expect((await sweepWith()).left).toEqual([])
    expect(rest()).toEqual({})
  })

  test('with a few rows that may not go cost a few writes more, not one a row', async () => {
    const uids = Array.from({ length: 256 }, (_, n) => `uid-${n}`)
    expired(uids)
    const { measured, most } = measuring(backend.database)
    // It is read as expired; when the removal comes, its place has a new challenge.
    const renewed = { uid: 'uid-77', slot: 's'.repeat(22) }
    const database: Database = {
      ...measured,
      select: async (table, selection) => {
        const rows = await measured.select(table, selection)
        if (table === 'challenges') await backend.issuing.challenge(renewed, true)
        return rows
      },
    }
    expect((await sweepWith({ database })).removed.challenges).toBe(255)
    expect(backend.otpAt(renewed)).toMatch(/^\d{8}$/)
    expect(most.operations).toBeLessThan(46)
  })

  test('read nothing of what is fresh', async () => {
    const now = backend.clock.ms
    await backend.database.create(`nonces/${minuteOf(now)}/${nonceName(1)}`, true)
    const read: string[] = []
    const database: Database = {
      ...backend.database,
      select: async (table, selection) => {
        const rows = await backend.database.select(table, selection)
        if (rows.length > 0) read.push(table)
        return rows
      },
    }
    await sweepWith({ database })
    expect(read).toEqual([])
  })
})

describe('races (T13)', () => {
  test('two sweeps at once do what one does', async () => {
    const other = await connect(backend)
    const waiting = newPlace()
    for (let n = 0; n < 30; n += 1) await backend.issuing.challenge(newPlace(), true)
    const old = newPlace()
    const oldKey = (await backend.register(old)).keyId
    backend.clock.ms += DAY_MS
    const kept = await backend.register(waiting)
    await Promise.all(
      [backend.database, other.database, backend.database].map((database) =>
        sweepWith({ database, batch: 7 }),
      ),
    )
    expect(backend.data()['challenges']).toBeUndefined()
    expect(backend.credentialAt(old)).toBeUndefined()
    expect(await backend.store.read(oldKey)).toMatchObject({ status: 'active' })
    expect(backend.credentialAt(waiting)).toEqual(kept)
    await other.close()
  })

  /** One thing that may happen at any moment, in one place. */
  const STEPS = ['challenge', 'redeem', 'rotate', 'collect', 'revoke', 'sweep', 'wait'] as const

  test('any order of registering, rotating, collecting, revoking and sweeping is sound', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(2)), { maxLength: 40 }),
        async (steps) => {
          backend.rtdb.import(backend.rtdb.namespaces()[0]!, null)
          const inPlaces = [newPlace(), newPlace(), newPlace()]
          const running: Promise<unknown>[] = []
          for (const [step, n] of steps) {
            running.push(perform(step, inPlaces[n]!))
            // Some begin before the one before has ended.
            if (n !== 0) await turn()
          }
          await Promise.all(running)
          expect(faultsOf(backend.data())).toEqual([])
          for (const place of inPlaces) {
            expect(activeKeysOf(backend.data(), place).length).toBeLessThan(2)
            await backend.issuing.challenge(place, true)
            expect(backend.otpAt(place)).toMatch(/^\d{8}$/)
          }
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  const perform = async (step: (typeof STEPS)[number], place: Place): Promise<unknown> => {
    const [current] = activeKeysOf(backend.data(), place)
    const install = current === undefined ? null : await backend.store.read(current)
    switch (step) {
      case 'challenge':
        return backend.issuing.challenge(place, true)
      case 'redeem':
        return backend.issuing.redeem(place, backend.otpAt(place) ?? '00000000', true)
      case 'rotate':
        return install && backend.issuing.rotate(install)
      case 'collect':
        return install && backend.store.collect(install, backend.clock.ms)
      case 'revoke':
        return install && backend.issuing.revoke(install, 'test')
      case 'sweep':
        return sweepWith({ batch: 1 })
      case 'wait':
        return void (backend.clock.ms += 20_000)
    }
  }

  test('a new challenge in the place of an expired one is not swept with it', async () => {
    const place = newPlace()
    await backend.issuing.challenge(place, true)
    backend.clock.ms += MINUTE_MS
    const database: Database = {
      ...backend.database,
      write: async (values) => {
        await backend.issuing.challenge(place, true)
        return backend.database.write(values)
      },
    }
    expect((await sweepWith({ database })).removed.challenges).toBe(0)
    expect(await backend.issuing.redeem(place, backend.otpAt(place)!, true)).toBe('issued')
  })

  test("an expired drop's successor is not swept with it", async () => {
    const place = newPlace()
    const install = (await backend.store.read((await backend.register(place)).keyId))!
    backend.clock.ms += DAY_MS
    let rotated = false
    const database: Database = {
      ...backend.database,
      write: async (values) => {
        if (!rotated && Object.keys(values).some((path) => path.endsWith('/credential'))) {
          rotated = true
          expect(await backend.issuing.rotate(install)).toBe('issued')
        }
        return backend.database.write(values)
      },
    }
    expect((await sweepWith({ database })).removed.drops).toBe(0)
    expect(activeKeysOf(backend.data(), place)).toEqual([backend.credentialAt(place)!.keyId])
  })

  test('one that dies in the middle leaves the rest to the next', async () => {
    for (let n = 0; n < 20; n += 1) await backend.issuing.challenge(newPlace(), true)
    backend.clock.ms += MINUTE_MS
    let writes = 0
    const database: Database = {
      ...backend.database,
      write: (values) => {
        writes += 1
        if (writes === 2) throw new Error('the process has ended')
        return backend.database.write(values)
      },
    }
    await expect(sweepWith({ database, batch: 5 })).rejects.toThrow('the process has ended')
    expect(faultsOf(backend.data())).toEqual([])
    expect(Object.keys(backend.data()['challenges']!)).toHaveLength(15)
    expect((await sweepWith()).removed.challenges).toBe(15)
  })
})
