import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '../../functions/src/deadline.ts'
import { increment, type Database } from '../../functions/src/database.ts'
import { startDatabase, type TestDatabase } from './harness/database.ts'
import { startFaultProxy, type Fault, type FaultProxy } from './harness/faultProxy.ts'
import { keyOf } from './harness/key.ts'
import { connect } from './installs/harness/backend.ts'

// Time is real here: what is tested is that nothing waits longer than it may.
jest.setTimeout(60_000)

const DEADLINE_MS = 400
/** This process does the waiting and the work of both sides, on a machine that others use as well. */
const MARGIN_MS = 1500
const RECOVERY_MS = 5000

let base: TestDatabase
beforeAll(async () => {
  base = await startDatabase({ installs: 3 })
})
afterAll(() => base.close())

describe('with a database that answers', () => {
  let database: Database
  let close: () => Promise<void>
  beforeAll(async () => ({ database, close } = await connect(base)))
  afterAll(() => close())

  const [R1, R2, R3] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [string, string, string]
  const revocation = (at: number) => ({ keyId: 'a'.repeat(32), at, reason: 'test' })

  test('a write is all or nothing, and a refusal is false, not an error', async () => {
    const at = base.clock.ms
    const refused = { [`revocations/${R1}`]: revocation(at), [`revocations/${R2}`]: { at } }
    expect(await database.write(refused)).toBe(false)
    expect(await database.read('revocations')).toBeNull()
    expect(await database.write({ [`revocations/${R1}`]: revocation(at) })).toBe(true)
    expect(await database.read(`revocations/${R1}`)).toEqual(revocation(at))
  })

  test('what may exist once is created once, by 20 at once', async () => {
    const path = `nonces/29921667/${'a'.repeat(32)}-${'n'.repeat(16)}`
    const created = await Promise.all(Array.from({ length: 20 }, () => database.create(path, true)))
    expect(created.filter(Boolean)).toHaveLength(1)
  })

  test('an increment counts every one of 20 at once, up to the cap of the rules', async () => {
    const path = `limits/otpAttempts/20778/uid-1`
    const counted = await Promise.all(
      Array.from({ length: 25 }, () => database.write({ [path]: increment(1) })),
    )
    expect(counted.filter(Boolean)).toHaveLength(20)
    expect(await database.read(path)).toBe(20)
  })

  test('rows come in order, within their bounds, from either end', async () => {
    const rows = { a: revocation(1), b: revocation(2), c: revocation(3), d: revocation(4) }
    base.seed('revocations', rows)
    const keys = async (selection: Parameters<Database['select']>[1]) =>
      (await database.select('revocations', selection)).map(([key]) => key).join('')
    expect(await keys({ limit: 9 })).toBe('abcd')
    expect(await keys({ limit: 2 })).toBe('ab')
    expect(await keys({ limit: 2, fromEnd: true })).toBe('cd')
    expect(await keys({ limit: 2, after: 'b' })).toBe('cd')
    expect(await keys({ limit: 9, to: 'b' })).toBe('ab')
    expect(await keys({ limit: 9, orderBy: 'at', from: 2, to: 3 })).toBe('bc')
    expect(await keys({ limit: 9, orderBy: 'at', after: 3 })).toBe('d')
  })

  test('what the rules do not give even the backend is an error, and no outage', async () => {
    const { error } = await timed(() => database.read('users'))
    expect(error).toBeInstanceOf(Error)
    expect(isUnavailable(error)).toBe(false)
  })

  test('a followed table tells each row, until it is stopped', async () => {
    base.seed('revocations', { [R2]: revocation(1) })
    const rows: string[] = []
    const stop = database.follow(
      'revocations',
      { orderBy: 'at', from: 1 },
      { row: ([key]) => rows.push(key), end: () => rows.push('end') },
    )
    await database.write({ [`revocations/${R1}`]: revocation(2) })
    await until(() => rows.length >= 2)
    stop()
    await database.write({ [`revocations/${R3}`]: revocation(3) })
    await database.read(`revocations/${R3}`)
    // Our own writes are told before they are acknowledged: what is told is no proof.
    expect(rows.sort()).toEqual([R1, R2])
  })

  test('a table that may not be read ends its follower at once', async () => {
    const ended = new Promise<void>((resolve) =>
      database.follow('users', {}, { row: () => undefined, end: resolve }),
    )
    await ended
  })
})

const FAULTS: readonly Fault[] = ['refused', 'reset', 'silent', 'lost acknowledgement', 'half open']

describe.each(FAULTS)('with a database that is cut off: %s (T26)', (fault) => {
  let proxy: FaultProxy
  let database: Database
  let close: () => Promise<void>
  beforeAll(async () => {
    proxy = await startFaultProxy(base.rtdb.port)
    ;({ database, close } = await connect(base, { host: proxy.host, deadlineMs: DEADLINE_MS }))
  })
  afterAll(async () => {
    await close()
    await proxy.close()
  })

  const usedAt = () => Number(base.data()['installs']?.[KEY]?.['lastUsedAt'])
  const KEY = keyOf(0).keyId

  test('every operation ends in time, and it recovers within 5 s without losing anything', async () => {
    base.clock.ms += 1000
    const before = base.clock.ms
    expect(await database.write({ [`installs/${KEY}/lastUsedAt`]: before })).toBe(true)
    await proxy.inflict(fault)

    const operations = [
      () => database.read(`installs/${KEY}`),
      () => database.select('installs', { limit: 2 }),
      () => database.write({ [`installs/${KEY}/lastUsedAt`]: before + 1 }),
      () => database.create(`nonces/29921667/${KEY}-${fault.replaceAll(' ', '-')}-nonce-1`, true),
    ]
    const outcomes = await Promise.all(operations.map(timed))
    for (const { error, ms } of outcomes) {
      expect(ms).toBeLessThan(DEADLINE_MS + MARGIN_MS)
      expect(error === undefined || isUnavailable(error)).toBe(true)
    }
    // At least the first ones were cut off; a later one may have met a new connection.
    expect(outcomes.some(({ error }) => error !== undefined)).toBe(true)

    await proxy.inflict('none')
    const healedAt = performance.now()
    await until(
      async () => (await timed(() => database.read(`installs/${KEY}`))).error === undefined,
    )
    expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS)

    // What was acknowledged is there; what was not has happened whole or not at all.
    expect([before, before + 1]).toContain(usedAt())
    expect(await database.write({ [`installs/${KEY}/lastUsedAt`]: before + 2 })).toBe(true)
    expect(usedAt()).toBe(before + 2)
  })

  test('a follower hears what was written meanwhile, after the recovery', async () => {
    const heard: string[] = []
    const stop = database.follow(
      'revocations',
      { orderBy: 'at', from: base.clock.ms },
      { row: ([key]) => heard.push(key), end: () => heard.push('end') },
    )
    await database.read('revocations/none')
    await proxy.inflict(fault)
    const id = `while-${fault.replaceAll(' ', '-')}`
    base.seed('revocations', { [id]: { keyId: KEY, at: base.clock.ms, reason: 'test' } })
    await timed(() => database.read('revocations/none'))
    await proxy.inflict('none')
    // Whoever follows a table asks from time to time: that finds out that the connection is dead.
    await until(async () => {
      await timed(() => database.read('revocations/none'))
      return heard.length > 0
    })
    expect(heard).toEqual([id])
    stop()
  })
})

test('with a slow database all goes its way, slowly (T26)', async () => {
  const proxy = await startFaultProxy(base.rtdb.port)
  const { database, close } = await connect(base, { host: proxy.host, deadlineMs: 5000 })
  await database.read('revocations/none')
  await proxy.inflict('slow')
  const { error, ms } = await timed(() => database.read('revocations/none'))
  expect(error).toBeUndefined()
  expect(ms).toBeGreaterThanOrEqual(190)
  await close()
  await proxy.close()
})

test('a database that was never there: in time as well', async () => {
  const proxy = await startFaultProxy(base.rtdb.port)
  await proxy.inflict('refused')
  const { database, close } = await connect(base, { host: proxy.host, deadlineMs: DEADLINE_MS })
  const { error, ms } = await timed(() => database.read('installs/x'))
  expect(isUnavailable(error)).toBe(true)
  expect(ms).toBeLessThan(DEADLINE_MS + MARGIN_MS)
  await proxy.inflict('none')
  const healedAt = performance.now()
  await until(async () => (await timed(() => database.read('installs/x'))).error === undefined)
  expect(performance.now() - healedAt).toBeLessThan(RECOVERY_MS)
  await close()
  await proxy.close()
})

async function timed(operation: () => Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const startedAt = performance.now()
  const error: unknown = await operation().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, ms: performance.now() - startedAt }
}

/** Asks again and again; there is nothing to await where the other side says nothing. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}
