import fc from 'fast-check'
import type { Database } from '../../../functions/src/database.ts'
import { makeInstallCache } from '../../../functions/src/guard/installCache.ts'
import { judgeInstall } from '../../../functions/src/installs/install.ts'
import { makeUseRecorder } from '../../../functions/src/installs/recordUse.ts'
import { makeInstallStore, type Place } from '../../../functions/src/installs/store.ts'
import { markIdle, markUnused, removeEnded } from '../../../functions/src/sweep/keys.ts'
import type { Pass, Progress } from '../../../functions/src/sweep/pass.ts'
import type { SweepParts } from '../../../functions/src/sweep/sweep.ts'
import type { Tree } from '../harness/database.ts'
import {
  STORE_SETTINGS,
  connect,
  newId,
  placeOf,
  startBackend,
  type Backend,
} from '../installs/harness/backend.ts'
import { faultsOf } from '../installs/harness/faults.ts'
import { SETTINGS, sweepOn } from './harness/sweepOn.ts'

const DAY_MS = 86_400_000
let backend: Backend
let places = 0
const newPlace = () => placeOf((places += 1))
const rowOf = (keyId: string): Tree | undefined => backend.data()['installs']?.[keyId]
const after = (ms: number) => (backend.clock.ms += ms)

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())
beforeEach(() => backend.rtdb.import(backend.rtdb.namespaces()[0]!, null))
afterEach(() => expect(faultsOf(backend.data())).toEqual([]))

const sweepWith = (parts: Partial<SweepParts> = {}) => sweepOn(backend, parts)

/** What uses keys: an instance of the service with its cache. */
function instanceOver(database: Database) {
  const store = makeInstallStore(database, STORE_SETTINGS)
  const cache = makeInstallCache({
    read: (keyId) => store.read(keyId),
    // As with a feed that never breaks: what is cached stays so.
    liveSince: () => 0,
    max: 1000,
    ttlMs: 60_000,
  })
  const recordUse = makeUseRecorder({ store, cache, log: () => undefined })
  /** A request of the key's app; whether it was served. */
  return async (keyId: string): Promise<boolean> => {
    const install = await cache.get(keyId, backend.clock.ms)
    if (install === null || judgeInstall(install, backend.clock.ms) !== 'active') return false
    try {
      await recordUse(install, backend.clock.ms)
      return true
    } catch {
      return false
    }
  }
}

/** A key that was issued a second ago, and used now. */
async function usedKey(place: Place = newPlace()): Promise<string> {
  const { keyId } = await backend.register(place)
  after(1000)
  expect(await instanceOver(backend.database)(keyId)).toBe(true)
  return keyId
}

describe('an idle key', () => {
  test('is dormant after 90 days, to the day that its last use is known by, and gone 14 days later', async () => {
    const keyId = await usedKey()
    const usedAt = rowOf(keyId)!['lastUsedAt'] as unknown as number
    backend.clock.ms = usedAt + 91 * DAY_MS - 1
    expect((await sweepWith()).marked).toBe(0)
    after(1)
    expect((await sweepWith()).marked).toBe(1)
    expect(rowOf(keyId)).toMatchObject({
      status: 'dormant',
      dormantFrom: usedAt,
      removeAfter: backend.clock.ms + 14 * DAY_MS,
    })
    after(14 * DAY_MS - 1)
    expect((await sweepWith()).removed.installs).toBe(0)
    after(1)
    expect((await sweepWith()).removed.installs).toBe(1)
    expect(rowOf(keyId)).toBeUndefined()
  })

  test('is revived by its use, on whichever instance, and counts as used', async () => {
    const keyId = await usedKey()
    after(91 * DAY_MS)
    await sweepWith()
    after(DAY_MS)
    expect(await instanceOver(backend.database)(keyId)).toBe(true)
    expect(rowOf(keyId)).toMatchObject({ status: 'active', lastUsedAt: backend.clock.ms })
    expect(rowOf(keyId)).not.toHaveProperty('removeAfter')
    expect(rowOf(keyId)).not.toHaveProperty('dormantFrom')
    after(90 * DAY_MS)
    expect((await sweepWith()).marked).toBe(0)
  })

  test('is found again by the sweep when an instance that had it cached has recorded a use', async () => {
    const use = instanceOver(backend.database)
    const keyId = await usedKey()
    expect(await use(keyId)).toBe(true)
    after(91 * DAY_MS)
    await sweepWith()
    expect(await use(keyId)).toBe(true)
    expect(rowOf(keyId)).toMatchObject({ status: 'dormant', lastUsedAt: backend.clock.ms })
    after(14 * DAY_MS)
    const report = await sweepWith()
    expect(report).toMatchObject({ removed: { installs: 0 }, kept: { revived: 1 } })
    expect(rowOf(keyId)).toMatchObject({ status: 'active' })
    expect(await use(keyId)).toBe(true)
  })

  test('that was removed is told so, and can register anew', async () => {
    const place = newPlace()
    const keyId = await usedKey(place)
    after(91 * DAY_MS)
    await sweepWith()
    after(14 * DAY_MS)
    await sweepWith()
    expect(await instanceOver(backend.database)(keyId)).toBe(false)
    expect((await backend.register(place)).keyId).not.toBe(keyId)
  })

  test('that is dormant is superseded when its place registers anew', async () => {
    const place = newPlace()
    const keyId = await usedKey(place)
    after(91 * DAY_MS)
    await sweepWith()
    await backend.register(place)
    expect(rowOf(keyId)).toMatchObject({ status: 'superseded' })
    expect(rowOf(keyId)).not.toHaveProperty('dormantFrom')
  })

  test('that is suspended stays as it is', async () => {
    const keyId = await usedKey()
    backend.seed('installs', { [keyId]: { ...rowOf(keyId), status: 'suspended' } })
    after(200 * DAY_MS)
    expect(await sweepWith()).toMatchObject({ marked: 0, kept: { suspended: 1 } })
    expect(rowOf(keyId)).toMatchObject({ status: 'suspended' })
  })
})

describe('a key that was never used', () => {
  test('is dormant after 7 days, revived by its first use, and else removed with its drop', async () => {
    const [used, unused] = [newPlace(), newPlace()]
    const [revived, removed] = [await backend.register(used), await backend.register(unused)]
    const kept = backend.issuingWith({}, { credentialPickup: 'keep' })
    const place = newPlace()
    await kept.challenge(place, true)
    await kept.redeem(place, backend.otpAt(place)!, true)
    after(7 * DAY_MS - 1)
    expect((await sweepWith()).marked).toBe(0)
    after(1)
    expect((await sweepWith()).marked).toBe(3)
    expect(await instanceOver(backend.database)(revived.keyId)).toBe(true)
    expect(rowOf(revived.keyId)).toMatchObject({
      status: 'active',
      firstUsedAt: backend.clock.ms,
    })
    after(14 * DAY_MS)
    // Its drop was kept: readable until the key goes.
    expect(backend.credentialAt(place)).toBeDefined()
    backend.seed('users', backend.data()['users'])
    expect((await sweepWith()).removed.installs).toBe(2)
    expect(rowOf(removed.keyId)).toBeUndefined()
    expect(backend.credentialAt(place)).toBeUndefined()
  })

  test('is no longer one after its first use, even where drops are kept', async () => {
    const issuing = backend.issuingWith({}, { credentialPickup: 'keep' })
    const place = newPlace()
    await issuing.challenge(place, true)
    await issuing.redeem(place, backend.otpAt(place)!, true)
    const { keyId } = backend.credentialAt(place)!
    expect(rowOf(keyId)).toHaveProperty('unusedSince')
    after(1000)
    expect(await instanceOver(backend.database)(keyId)).toBe(true)
    expect(rowOf(keyId)).toMatchObject({ firstUsedAt: backend.clock.ms })
    after(8 * DAY_MS)
    expect((await sweepWith()).marked).toBe(0)
  })
})

test('superseded and revoked keys are kept for 30 days', async () => {
  const place = newPlace()
  const keyId = await usedKey(place)
  const install = (await backend.store.read(keyId))!
  await backend.issuing.rotate(install)
  // It has 5 minutes of grace; within them it would be revoked as well.
  after(400_000)
  const successor = (await backend.store.read(backend.credentialAt(place)!.keyId))!
  await backend.issuing.revoke(successor, 'test')
  after(30 * DAY_MS - 100_001)
  expect((await sweepWith()).removed.installs).toBe(0)
  after(1)
  expect((await sweepWith()).removed.installs).toBe(1)
  expect([rowOf(keyId), rowOf(successor.keyId)]).toEqual([undefined, expect.anything()])
  after(99_999)
  expect((await sweepWith()).removed.installs).toBe(0)
  after(1)
  expect((await sweepWith()).removed.installs).toBe(1)
  expect(backend.data()['installs']).toBeUndefined()
})

describe('the usage of a day', () => {
  const usage = { requests: 1, lastAt: 0 }

  test('goes key by key, once it is over for as long as it is kept', async () => {
    const today = Math.floor(backend.clock.ms / DAY_MS)
    const keys = Array.from({ length: 7 }, () => newId())
    // The sweep has run before: it knows where to begin.
    await sweepWith()
    after(2 * DAY_MS)
    const days = Object.fromEntries(
      [today - 35, today - 34, today - 33].map((day) => [
        day,
        Object.fromEntries(keys.map((keyId) => [keyId, usage])),
      ]),
    )
    backend.seed('usage', days)
    const report = await sweepWith({ batch: 3 })
    expect(report.removed.usage).toBe(14)
    expect(Object.keys(backend.data()['usage']!)).toEqual([String(today - 33)])
    expect((await sweepWith()).removed.usage).toBe(0)
  })
})

describe('the Auth users of removed keys', () => {
  test('are deleted when no other key is theirs, and only if that is wanted', async () => {
    const one = { uid: 'A'.repeat(28), slot: 's'.repeat(22) }
    const other = { uid: 'B'.repeat(28), slot: 's'.repeat(22) }
    await backend.register(one)
    await backend.register(other)
    after(7 * DAY_MS)
    await sweepWith()
    after(14 * DAY_MS)
    await backend.register({ ...other, slot: 't'.repeat(22) })
    const asked: string[] = []
    const report = await sweepWith({
      settings: { ...SETTINGS, deleteAnonymousUsers: true },
      identity: {
        deleteAnonymous: (uids) => {
          asked.push(...uids)
          return Promise.resolve(uids.length)
        },
      },
    })
    expect(report.removed).toMatchObject({ installs: 2, users: 1 })
    expect(asked).toEqual([one.uid])
  })
})

describe('a run', () => {
  const many = async (count: number) => {
    for (let n = 0; n < count; n += 1) await backend.register(newPlace())
  }

  test('that is dry writes nothing, and counts what a real one does', async () => {
    await many(5)
    after(7 * DAY_MS)
    const before = backend.data()
    const dry = await sweepWith({ dryRun: true })
    expect(backend.data()).toEqual(before)
    const real = await sweepWith()
    expect(dry).toEqual({ ...real, dryRun: true })
    expect(real).toMatchObject({ marked: 5 })
  })

  test('that runs out of time says what is left, and the next goes on', async () => {
    await many(10)
    after(1000)
    for (const keyId of Object.keys(backend.data()['installs']!)) {
      await instanceOver(backend.database)(keyId)
    }
    after(91 * DAY_MS)
    let elapsedMs = 0
    const slow: Database = {
      ...backend.database,
      select: (table, selection) => {
        if (selection.orderBy === 'lastUsedAt') elapsedMs += 1000
        return backend.database.select(table, selection)
      },
    }
    const now = () => backend.clock.ms + elapsedMs
    const first = await sweepWith({ database: slow, now, batch: 2, budgetMs: 2500 })
    expect(first.left).toEqual(['idle keys'])
    expect(first.marked).toBeGreaterThan(0)
    const read: number[] = []
    const counting: Database = {
      ...backend.database,
      select: async (table, selection) => {
        const rows = await backend.database.select(table, selection)
        if (selection.orderBy === 'lastUsedAt') read.push(rows.length)
        return rows
      },
    }
    const second = await sweepWith({ database: counting })
    expect(second.left).toEqual([])
    expect(first.marked + second.marked).toBe(10)
    // What the first has seen is not read again.
    expect(read).toEqual([second.marked])
  })

  test('tells how far it has come', async () => {
    await many(5)
    after(7 * DAY_MS)
    const told: Progress[] = []
    await sweepWith({ batch: 2, onProgress: (progress) => told.push(progress) })
    const unused = told.filter(({ phase }) => phase === 'unused keys')
    expect(unused.map(({ rows }) => rows)).toEqual([2, 4, 5])
    for (const { share } of unused) expect(share).toBeLessThanOrEqual(1)
  })
})

describe('the sweep races with use (T13)', () => {
  /** Every key has a history of its own; the clock and the sweeps are shared. */
  const KEYS = 25
  const RUNS = 400
  const STEP = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ uses: fc.array(fc.nat(KEYS - 1), { maxLength: 12 }), at: fc.nat(1) }),
    },
    { weight: 2, arbitrary: fc.record({ days: fc.constantFrom(0.3, 1, 7, 14, 45, 91) }) },
    {
      weight: 3,
      arbitrary: fc.record({ sweep: fc.nat(1), batch: fc.integer({ min: 1, max: 30 }) }),
    },
  )
  type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never

  /** Ends after so many writes, as a process does that is killed. */
  const killedAfter = (database: Database, writes: number): Database => {
    let left = writes
    const live = <T>(operation: () => Promise<T>): Promise<T> => {
      if (left <= 0) return Promise.reject(new Error('killed'))
      left -= 1
      return operation()
    }
    return {
      ...database,
      write: (values) => live(() => database.write(values)),
      create: (path, value) => live(() => database.create(path, value)),
    }
  }

  /** The sweep's part with keys: the others would be most of the time. */
  const sweepKeys = async (database: Database, batch = 500): Promise<void> => {
    const pass: Pass = {
      database,
      nowMs: backend.clock.ms,
      batch,
      dryRun: false,
      isOver: () => false,
      onProgress: () => undefined,
      onLeft: () => undefined,
    }
    await removeEnded(pass, () => Promise.resolve())
    await markUnused(pass, SETTINGS)
    await markIdle(pass, SETTINGS, false)
  }

  const issuedNow = ({ uid, slot }: Place) => ({
    uid,
    slot,
    place: `${uid}/${slot}`,
    status: 'active',
    createdAt: backend.clock.ms,
    lastUsedAt: backend.clock.ms,
    unusedSince: backend.clock.ms,
    masterVersion: 1,
  })

  let other: Awaited<ReturnType<typeof connect>>
  beforeAll(async () => {
    other = await connect(backend)
  })
  afterAll(() => other.close())

  test(`no key that is used is ever removed, and what is idle goes: ${KEYS * RUNS} histories`, async () => {
    const databases = [backend.database, other.database]
    let removed = 0
    let revived = 0
    const run = async (steps: readonly Step[]): Promise<void> => {
      const keys = Array.from({ length: KEYS }, newId)
      backend.rtdb.import(backend.rtdb.namespaces()[0]!, {
        installs: Object.fromEntries(keys.map((keyId, n) => [keyId, issuedNow(placeOf(n))])),
      })
      const instances = databases.map(instanceOver)
      const servedAt = new Map<string, number>()
      const running = new Set<Promise<unknown>>()
      const begin = (work: Promise<unknown>): void => {
        const ended = work.catch(() => undefined).finally(() => running.delete(ended))
        running.add(ended)
      }
      const check = (): void => {
        for (const [keyId, at] of servedAt) {
          if (backend.clock.ms - at > SETTINGS.dormantMs) continue
          if (rowOf(keyId) === undefined) throw new Error(`${keyId} was used, and is removed`)
        }
      }
      for (const step of steps) {
        if ('days' in step) {
          // What is under way belongs to the old time.
          await Promise.all(running)
          check()
          removed += keys.filter((keyId) => rowOf(keyId) === undefined).length
          after(step.days * DAY_MS)
        } else if ('uses' in step) {
          const at = backend.clock.ms
          for (const n of step.uses) {
            const keyId = keys[n]!
            const wasDormant = (rowOf(keyId)?.['status'] as unknown) === 'dormant'
            begin(
              instances[step.at]!(keyId).then((served) => {
                if (!served) return
                servedAt.set(keyId, at)
                if (wasDormant) revived += 1
              }),
            )
          }
        } else {
          const dies = step.batch % 3 === 0
          const database = databases[step.sweep]!
          begin(sweepKeys(dies ? killedAfter(database, 2) : database, step.batch))
        }
      }
      await Promise.all(running)
      check()
      // Everything is idle from now on; two sweeps at once are as good as one.
      for (const days of [92, 15, 92, 15]) {
        after(days * DAY_MS)
        await Promise.all(databases.map((database) => sweepKeys(database)))
      }
      expect(backend.data()['installs']).toBeUndefined()
    }
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 30, size: 'max' }), run),
      { numRuns: RUNS },
    )
    // The schedules do reach what they are about.
    expect(Math.min(removed, revived)).toBeGreaterThan(KEYS)
  }, 240_000)
})
