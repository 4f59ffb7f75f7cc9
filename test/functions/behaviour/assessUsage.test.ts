import { assessUsage, type AssessParts } from '../../../functions/src/behaviour/assessUsage.ts'
import { undoRisk } from '../../../functions/src/behaviour/undoRisk.ts'
import type { Database } from '../../../functions/src/database.ts'
import { planChange, type OperatorChange } from '../../../functions/src/installs/operatorChanges.ts'
import type { LogEvent } from '../../../functions/src/log.ts'
import { sweepOn } from '../sweep/harness/sweepOn.ts'
import { connect, newId, placeOf, startBackend, type Backend } from '../installs/harness/backend.ts'
import { DAY_MS, HOUR_MS, SETTINGS } from './harness/evidence.ts'
import { countFor, RUN } from './harness/seed.ts'

// The run against a real database with the project's rules.

let backend: Backend
let places = 0
const newPlace = () => placeOf((places += 1))
const after = (ms: number) => (backend.clock.ms += ms)

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())
beforeEach(() => backend.rtdb.import(backend.rtdb.namespaces()[0]!, null))

const run = (parts: Partial<AssessParts> = {}) => {
  const database = parts.database ?? backend.database
  return assessUsage({ ...RUN, database, home: database, now: () => backend.clock.ms, ...parts })
}
const riskOf = (keyId: string) =>
  backend.data()['risk']?.[keyId] as Record<string, unknown> | undefined
const levelOf = (keyId: string) => backend.data()['installs']?.[keyId]?.['risk']
const audit = () =>
  Object.values(backend.data()['audit'] ?? {}).map(({ who, action, target }) => ({
    who,
    action,
    target,
  }))

const ABUSE = { otp: 16 }
const MORE_ABUSE = { otp: 20, login: 20 }

async function abuser(): Promise<string> {
  const { keyId } = await backend.register(newPlace())
  after(5000)
  countFor(backend, keyId, ABUSE)
  return keyId
}

test('by degrees: stepped up with reasons, then suspended when it goes on, and free again by itself', async () => {
  const keyId = await abuser()
  expect(await run()).toMatchObject({ rows: 1, assessed: 1, step_up: 1, suspend: 0 })
  const { ms } = backend.clock
  expect(levelOf(keyId)).toEqual({ level: 'step_up', until: ms + SETTINGS.stepUpMs })
  expect(riskOf(keyId)).toMatchObject({
    level: 'step_up',
    score: 44,
    own: 44,
    features: { otp_hour: 16, otp_week: 16 },
    points: { otp_hour: 44 },
  })
  expect(audit()).toEqual([{ who: 'behaviour', action: 'risk step up', target: keyId }])

  after(SETTINGS.patienceMs)
  countFor(backend, keyId, MORE_ABUSE)
  expect(await run()).toMatchObject({ suspend: 1 })
  const until = backend.clock.ms + SETTINGS.suspendMs
  expect(levelOf(keyId)).toEqual({ level: 'suspended', until })
  expect(Object.values(backend.data()['revocations']!)).toHaveLength(2)

  // It is over without a write, and what led to it is spent.
  backend.clock.ms = until
  countFor(backend, keyId, { stale: 1 })
  expect(await run()).toMatchObject({ assessed: 1, step_up: 0, suspend: 0 })
  expect(riskOf(keyId)).toMatchObject({ level: 'none', score: 0 })
})

test('who only looks is not written down, and honest traffic is not read', async () => {
  const [busy, signsUp] = [await backend.register(newPlace()), await backend.register(newPlace())]
  after(5000)
  countFor(
    backend,
    signsUp.keyId,
    { sms: 1, accounts: 3 },
    { phones: { abcdefgh: backend.clock.ms } },
  )
  const day = Math.floor(backend.clock.ms / DAY_MS)
  const usage = { ...backend.data()['usage']?.[day], [busy.keyId]: { lastAt: 1, requests: 9000 } }
  backend.seed('usage', { [day]: usage })
  const spent = await backend.count(() => run())
  // The cursors, and one page of each of two days.
  expect(spent).toEqual({ reads: 3, writes: 1, denied: 0 })
  expect(backend.data()['risk']).toBeUndefined()
})

test('where it observes, risks and the log say what would be done, and nothing is', async () => {
  const keyId = await abuser()
  const events: LogEvent[] = []
  const settings = { ...RUN.settings, mode: 'observe' as const }
  await run({ settings, log: (event) => events.push(event) })
  expect(riskOf(keyId)).toMatchObject({ mode: 'observe', level: 'step_up' })
  expect(events).toEqual([
    {
      event: 'behaviour',
      keyId,
      action: 'step_up',
      mode: 'observe',
      score: 44,
      features: ['otp_hour'],
    },
  ])
  expect(levelOf(keyId)).toBeUndefined()
  expect([backend.data()['audit'], backend.data()['revocations']]).toEqual([undefined, undefined])

  // Switched on, it begins with a step-up.
  after(SETTINGS.patienceMs)
  countFor(backend, keyId, ABUSE)
  expect(await run()).toMatchObject({ step_up: 1 })
})

describe('a run', () => {
  test('looks at what was noted since the last one, and not again', async () => {
    await abuser()
    expect(await run()).toMatchObject({ rows: 1 })
    after(5000)
    expect(await run()).toMatchObject({ rows: 0 })
  })

  test('leaves what was noted in the last second to the next one', async () => {
    const keyId = await abuser()
    backend.clock.ms -= 1500
    expect(await run()).toMatchObject({ rows: 0 })
    after(1500)
    expect(await run()).toMatchObject({ rows: 1 })
    expect(riskOf(keyId)).toBeDefined()
  })

  test('that was ended at any point is gone on with, and nothing is done twice', async () => {
    const keyIds: string[] = []
    for (let n = 0; n < 6; n += 1) keyIds.push(await abuser())
    for (let killed = 0; killed < 12; killed += 1) {
      let writes = 0
      const dying: Database = {
        ...backend.database,
        write: (values) => {
          writes += 1
          if (writes > killed % 4) throw new Error('killed')
          return backend.database.write(values)
        },
        create: (path, value) => {
          if (killed % 2 === 0) throw new Error('killed')
          return backend.database.create(path, value)
        },
      }
      await run({ database: dying, home: backend.database, batch: 2 }).catch(() => undefined)
    }
    await run()
    expect(audit().filter(({ action }) => action === ('risk step up' as never))).toHaveLength(6)
    for (const keyId of keyIds) expect(levelOf(keyId)).toMatchObject({ level: 'step_up' })
  })

  test('at the same time as another does what one does', async () => {
    for (let n = 0; n < 8; n += 1) await abuser()
    const other = await connect(backend)
    const reports = await Promise.all([run(), run({ database: other.database }), run()])
    expect(audit()).toHaveLength(8)
    expect(reports.reduce((sum, { step_up }) => sum + step_up, 0)).toBe(8)
    await other.close()
  })

  test('that runs out of time says so, and the next goes on', async () => {
    for (let n = 0; n < 5; n += 1) await abuser()
    let elapsedMs = 0
    const slow: Database = {
      ...backend.database,
      select: (table, selection) => {
        if (table.startsWith('usage/')) elapsedMs += 1000
        return backend.database.select(table, selection)
      },
    }
    const now = () => backend.clock.ms + elapsedMs
    const first = await run({ database: slow, now, batch: 2, budgetMs: 2500 })
    expect(first.isLeft).toBe(true)
    expect(first.step_up).toBeGreaterThan(0)
    const second = await run()
    expect(first.step_up + second.step_up).toBe(5)
  })
})

describe('no way out', () => {
  test('a key that is rotated takes its level along, and is judged by what the earlier one did', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    after(5000)
    countFor(backend, keyId, { otp: 10 })
    const install = (await backend.store.read(keyId))!
    expect(await backend.issuing.rotate(install)).toBe('issued')
    const next = backend.credentialAt(place)!.keyId
    countFor(backend, next, { otp: 8 })
    await run()
    expect(levelOf(next)).toMatchObject({ level: 'step_up' })

    expect(await backend.issuing.rotate((await backend.store.read(next))!)).toBe('issued')
    const last = backend.credentialAt(place)!.keyId
    expect(levelOf(last)).toEqual(levelOf(next))
    // What was decided about the key before holds for this one.
    after(SETTINGS.patienceMs)
    countFor(backend, last, MORE_ABUSE)
    expect(await run()).toMatchObject({ suspend: 1 })
    expect(levelOf(last)).toMatchObject({ level: 'suspended' })
  })

  test('who rotates after each guess, so that no key has more than one, is known by that', async () => {
    const place = newPlace()
    // Around midnight: a UID is given 50 keys a day.
    backend.clock.ms = Math.ceil(backend.clock.ms / DAY_MS) * DAY_MS - 30_000
    await backend.register(place)
    for (let n = 0; n < 60; n += 1) {
      after(1000)
      const { keyId } = backend.credentialAt(place)!
      await backend.issuing.rotate((await backend.store.read(keyId))!)
    }
    after(5000)
    const { keyId } = backend.credentialAt(place)!
    countFor(backend, keyId, { otp: 1 })
    expect(await run()).toMatchObject({ step_up: 1 })
    expect(riskOf(keyId)).toMatchObject({ points: { keys_day: 75 } })
  })

  test('who rotates between the reading and the writing of a run is judged by the next key', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    after(5000)
    countFor(backend, keyId, MORE_ABUSE)
    const before = (await backend.store.read(keyId))!
    let hasRotated = false
    const raced: Database = {
      ...backend.database,
      write: async (values) => {
        if (!hasRotated) {
          hasRotated = true
          expect(await backend.issuing.rotate(before)).toBe('issued')
        }
        return backend.database.write(values)
      },
    }
    expect(await run({ database: raced })).toMatchObject({ suspend: 1, changed: 0 })
    const next = backend.credentialAt(place)!.keyId
    expect(next).not.toBe(keyId)
    expect(levelOf(next)).toMatchObject({ level: 'suspended' })
    expect(audit()).toEqual([{ who: 'behaviour', action: 'risk suspend', target: next }])
  })

  test('an instance that has not heard of the level yet can rotate no key out of it', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    const cached = (await backend.store.read(keyId))!
    after(5000)
    countFor(backend, keyId, MORE_ABUSE)
    await run()
    expect(await backend.issuing.rotate(cached)).toBe('conflict')
    after(SETTINGS.suspendMs)
    expect(await backend.issuing.rotate(cached)).toBe('issued')
  })

  test('a key in its grace has the level of its successor, and both are freed', async () => {
    const place = newPlace()
    const first = (await backend.register(place)).keyId
    await backend.issuing.rotate((await backend.store.read(first))!)
    const second = backend.credentialAt(place)!.keyId
    await backend.issuing.rotate((await backend.store.read(second))!)
    const third = backend.credentialAt(place)!.keyId
    after(5000)
    countFor(backend, third, MORE_ABUSE)
    await run()
    const level = { level: 'suspended', until: backend.clock.ms + SETTINGS.suspendMs }
    const all = [first, second, third]
    expect(all.map(levelOf)).toEqual([level, level, level])
    const told = () => Object.values(backend.data()['revocations']!).map((row) => row['keyId'])
    expect(told().slice(-3).sort()).toEqual(all.sort())
    expect(audit()).toEqual([{ who: 'behaviour', action: 'risk suspend', target: third }])
    expect(riskOf(first)).toBeUndefined()

    const parts = { database: backend.database, newId, nowMs: backend.clock.ms, exemptMs: 1 }
    expect(await undoRisk(third, 'ada@desk', parts)).toBe('undone')
    expect(all.map(levelOf)).toEqual([undefined, undefined, undefined])
    expect(told()).toHaveLength(8)
  })

  test('a key whose grace is over is left as it is', async () => {
    const place = newPlace()
    const first = (await backend.register(place)).keyId
    await backend.issuing.rotate((await backend.store.read(first))!)
    after(300_000)
    const second = backend.credentialAt(place)!.keyId
    countFor(backend, second, MORE_ABUSE)
    await run()
    expect([levelOf(first), levelOf(second)]).toEqual([
      undefined,
      expect.objectContaining({ level: 'suspended' }),
    ])
  })

  test('a level that was decided about an earlier key is put in force for the present one', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    after(5000)
    countFor(backend, keyId, MORE_ABUSE)
    await run()
    const level = levelOf(keyId)
    // However it came that the record has none.
    const { [keyId]: record } = backend.data()['installs']!
    const next = newId()
    const bare = { ...record, risk: null }
    backend.seed('installs', { [keyId]: { ...record, status: 'revoked' }, [next]: bare })
    after(5000)
    countFor(backend, next, { stale: 1 })
    expect(await run()).toMatchObject({ assessed: 1, suspend: 0 })
    expect(levelOf(next)).toEqual(level)
    expect(audit()).toContainEqual({ who: 'behaviour', action: 'risk inherit', target: next })
    const told = Object.values(backend.data()['revocations']!).map((row) => row['keyId'])
    expect(told).toContain(next)

    // Once is enough.
    after(5000)
    countFor(backend, next, { stale: 2 })
    await run()
    expect(audit()).toHaveLength(2)
  })

  test.each(['challenge', 'direct'] as const)(
    'who revokes a stepped-up key and registers anew (%s) is stepped up',
    async (issuance) => {
      const keyId = await abuser()
      await run()
      const install = (await backend.store.read(keyId))!
      expect(await backend.issuing.revoke(install, 'by its install')).toBe('revoked')
      after(60_000)
      if (issuance === 'direct') await backend.issuing.direct(install, true)
      else await backend.register(install)
      const next = backend.credentialAt(install)!.keyId
      expect(levelOf(next)).toEqual(levelOf(keyId))
      expect(levelOf(next)).toMatchObject({ level: 'step_up' })
    },
  )

  test('a place whose suspended key has ended is issued nothing, with a code or without', async () => {
    const keyId = await abuser()
    countFor(backend, keyId, MORE_ABUSE)
    await run()
    const install = (await backend.store.read(keyId))!
    for (const status of ['revoked', 'dormant']) {
      after(60_000)
      backend.seed('installs', { [keyId]: { ...backend.data()['installs']![keyId], status } })
      await backend.issuing.direct(install, true)
      await backend.issuing.challenge(install, true)
      const code = backend.otpAt(install)!
      expect(await backend.issuing.redeem(install, code, true)).toBe('key_suspended')
      expect(Object.keys(backend.data()['installs']!)).toEqual([keyId])
    }
  })

  test('what an operator has rotated away under a level does not come back without it', async () => {
    const keyId = await abuser()
    await run()
    const install = (await backend.store.read(keyId))!
    const order = { action: 'rotate', who: 'ada@desk', graceSeconds: 0, newId } as const
    const change = planChange(install, { ...order, retentionMs: 30 * DAY_MS }, backend.clock.ms)
    expect(await backend.database.write((change as OperatorChange).paths)).toBe(true)
    await backend.register(install)
    expect(levelOf(backend.credentialAt(install)!.keyId)).toEqual(levelOf(keyId))
  })

  test('what was undone does not come back with the next key', async () => {
    const place = newPlace()
    const first = (await backend.register(place)).keyId
    after(5000)
    countFor(backend, first, ABUSE)
    await run()
    await backend.issuing.rotate((await backend.store.read(first))!)
    const second = backend.credentialAt(place)!.keyId
    const parts = { database: backend.database, newId, nowMs: backend.clock.ms, exemptMs: 1 }
    expect(await undoRisk(second, 'ada@desk', parts)).toBe('undone')
    await backend.issuing.revoke((await backend.store.read(second))!, 'by its install')
    after(60_000)
    expect(levelOf((await backend.register(place)).keyId)).toBeUndefined()
  })

  test('a suspended place cannot register anew, until its time is over', async () => {
    const place = newPlace()
    const { keyId } = await backend.register(place)
    after(5000)
    countFor(backend, keyId, { otp: 20, login: 20 })
    expect(await run()).toMatchObject({ suspend: 1 })
    await backend.issuing.challenge(place, true)
    expect(await backend.issuing.redeem(place, backend.otpAt(place)!, true)).toBe('key_suspended')
    after(SETTINGS.suspendMs)
    expect((await backend.register(place)).keyId).not.toBe(keyId)
    expect(levelOf(backend.credentialAt(place)!.keyId)).toBeUndefined()
  })
})

test('a key that an operator has suspended or revoked stays as it is', async () => {
  const keyId = await abuser()
  const { [keyId]: record } = backend.data()['installs']!
  for (const status of ['suspended', 'revoked']) {
    backend.seed('installs', { [keyId]: { ...record, status } })
    after(5000)
    countFor(backend, keyId, { otp: 40 })
    expect(await run()).toMatchObject({ assessed: 0 })
    expect(backend.data()['installs']![keyId]).toEqual({ ...record, status })
  }
})

describe('undoing', () => {
  const undo = (keyId: string, parts: object = {}) =>
    undoRisk(keyId, 'ada@desk', {
      ...{ database: backend.database, newId, nowMs: backend.clock.ms },
      exemptMs: RUN.settings.exemptMs,
      ...parts,
    })

  test('lifts the level, is told, and holds: the install is exempt, and what was counted is spent', async () => {
    const keyId = await abuser()
    await run()
    after(1000)
    expect(await undo(keyId)).toBe('undone')
    expect(levelOf(keyId)).toBeUndefined()
    expect(audit()).toContainEqual({ who: 'ada@desk', action: 'risk undo', target: keyId })
    expect(Object.values(backend.data()['revocations']!)).toHaveLength(2)

    after(HOUR_MS)
    countFor(backend, keyId, MORE_ABUSE)
    expect(await run()).toMatchObject({ assessed: 1, step_up: 0, suspend: 0 })
    after(RUN.settings.exemptMs)
    countFor(backend, keyId, MORE_ABUSE)
    expect(await run()).toMatchObject({ suspend: 1 })
  })

  test('leaves an operator’s own suspension as it is', async () => {
    const keyId = await abuser()
    await run()
    const { [keyId]: record } = backend.data()['installs']!
    backend.seed('installs', { [keyId]: { ...record, status: 'suspended' } })
    expect(await undo(keyId)).toBe('undone')
    expect(levelOf(keyId)).toBeUndefined()
    expect(backend.data()['installs']![keyId]).toMatchObject({ status: 'suspended' })
  })

  test('of a key that is not there is nothing', async () => {
    const before = backend.data()
    expect(await undo('a'.repeat(32))).toBe('unknown')
    expect(backend.data()).toEqual(before)
  })

  test('races with a run: in the end it is undone', async () => {
    const keyId = await abuser()
    await Promise.all([run(), undo(keyId), run()])
    expect(await undo(keyId)).toBe('undone')
    after(5000)
    countFor(backend, keyId, MORE_ABUSE)
    await run()
    expect(levelOf(keyId)).toBeUndefined()
  })
})

describe('the sweep', () => {
  test('removes what was assessed long ago, and nothing younger', async () => {
    const keyId = await abuser()
    await run()
    after(35 * DAY_MS - 1)
    expect((await sweepOn(backend, {})).removed.risks).toBe(0)
    after(1)
    expect((await sweepOn(backend, {})).removed.risks).toBe(1)
    expect(riskOf(keyId)).toBeUndefined()
  })

  test('removes a risk together with its key', async () => {
    const keyId = await abuser()
    await run()
    const install = (await backend.store.read(keyId))!
    const revocation = { id: newId(), at: backend.clock.ms, reason: 'test' }
    await backend.store.revoke([{ install, revocation }])
    after(30 * DAY_MS)
    expect((await sweepOn(backend, {})).removed.installs).toBe(1)
    expect([backend.data()['installs'], backend.data()['risk']]).toEqual([undefined, undefined])
  })

  test('removes networks with usage', async () => {
    const day = Math.floor(backend.clock.ms / DAY_MS) - 36
    backend.seed('networks', { [day]: { abcdefgh: { lastAt: 1 } } })
    await sweepOn(backend, { fromStart: true })
    expect(backend.data()['networks']).toBeUndefined()
  })
})
