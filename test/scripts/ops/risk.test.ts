import { countFor } from '../../functions/behaviour/harness/seed.ts'
import type { TestDatabase } from '../../functions/harness/database.ts'
import {
  DAY_MS,
  idOf,
  keyIn,
  linesOf,
  opsOn,
  startOpsDatabase,
  type Run,
  type RunOptions,
} from './harness.ts'

jest.setTimeout(60_000)

// Each as a process of its own, on a database with the project's rules.

let base: TestDatabase
let ops: ReturnType<typeof opsOn>
beforeAll(async () => {
  base = await startOpsDatabase(0)
  ops = opsOn(base)
})
afterAll(() => base.close())

const [ABUSER, HONEST] = [idOf(0), idOf(1)]
/** 60 points for codes and 50 for passwords, all of them its own. */
const ABUSE = { otp: 20, login: 20 }
const ENFORCE: RunOptions = { env: { BEHAVIOUR: 'enforce' } }

beforeEach(() => {
  base.clock.ms = Date.now()
  base.rtdb.import(base.rtdb.namespaces()[0]!, null)
  base.seed('installs', {
    [ABUSER]: keyIn(base, 0, 'active'),
    [HONEST]: keyIn(base, 1, 'active'),
  })
  countFor(base, ABUSER, ABUSE)
  countFor(base, HONEST, { otp: 7 })
})

const json = async (args: readonly string[], options: RunOptions = ENFORCE) =>
  ops(['--json', '--as', 'ada', ...args], options)
const only = (run: Run) => linesOf(run)[0] as Record<string, unknown>
const riskOf = (keyId: string) => base.data()['installs']![keyId]!['risk']
const actions = () =>
  Object.values(base.data()['audit'] ?? {}).map((entry) => {
    const { who, action } = entry as unknown as { who: string; action: string }
    return `${who}: ${action}`
  })

describe('assess', () => {
  test('does what the scheduled run does, and says who began it', async () => {
    const run = await json(['assess'])
    expect([run.code, only(run)]).toEqual([
      0,
      expect.objectContaining({ dryRun: false, mode: 'enforce', assessed: 2, suspend: 1 }),
    ])
    expect(riskOf(ABUSER)).toMatchObject({ level: 'suspended' })
    expect(actions()).toEqual(['ada: assess', 'behaviour: risk suspend'])
  })

  test('a dry run finds the same and writes nothing', async () => {
    const before = JSON.stringify(base.data())
    // Also where it is off: to see before it is switched on.
    for (const options of [ENFORCE, {}]) {
      const run = await json(['--dry-run', 'assess'], options)
      expect([run.code, only(run)]).toMatchObject([0, { dryRun: true, assessed: 2, suspend: 1 }])
    }
    expect(JSON.stringify(base.data())).toBe(before)
  })

  test('where behaviour is off it says so, and does nothing', async () => {
    const run = await json(['assess'], {})
    expect([run.code, run.stdout]).toEqual([1, ''])
    expect(run.stderr).toContain('BEHAVIOUR is off')
    expect(base.data()['audit']).toBeUndefined()
  })

  test('a param that is wrong is named', async () => {
    const run = await json(['assess'], { env: { BEHAVIOUR: 'enforce', BEHAVIOUR_RULES: 'x=1-2' } })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('BEHAVIOUR_RULES')
  })
})

describe('risk top', () => {
  test('the highest scores first, with what they are made of', async () => {
    await json(['assess'])
    const run = await json(['risk', 'top'])
    expect(linesOf(run)).toEqual([
      expect.objectContaining({
        keyId: ABUSER,
        score: 100,
        level: 'suspended',
        points: { otp_hour: 60, login_hour: 50 },
      }),
      expect.objectContaining({ keyId: HONEST, level: 'none', points: { otp_hour: 8 } }),
    ])
    expect(linesOf(await json(['risk', 'top', '--limit', '1']))).toHaveLength(1)
    const table = await ops(['risk', 'top'], ENFORCE)
    expect(table.stdout).toContain('otp_hour 60')
  })

  test('a level that has ended by itself is none', async () => {
    await json(['assess'])
    const ended = { ...base.data()['risk']![ABUSER], until: Date.now() - 1 }
    base.seed('risk', { ...base.data()['risk'], [ABUSER]: ended })
    expect(only(await json(['risk', 'top']))).toMatchObject({ keyId: ABUSER, level: 'none' })
  })

  test('nothing is found: 1, and it says so', async () => {
    const run = await json(['risk', 'top'])
    expect([run.code, run.stdout]).toEqual([1, ''])
    expect(run.stderr).toContain('Nothing')
  })
})

describe('risk explain', () => {
  test('each rule with its value, bounds and points, what is next, and what was done', async () => {
    const before = only(await json(['risk', 'explain', ABUSER]))
    expect(before).toMatchObject({
      score: 100,
      own: 100,
      stored: null,
      next: 'suspend',
      history: [],
    })
    expect(before['rules']).toEqual([
      expect.objectContaining({ feature: 'otp_hour', value: 20, from: 5, full: 20, points: 60 }),
      expect.objectContaining({ feature: 'login_hour', value: 20, points: 50, weight: 50 }),
    ])
    await json(['assess'])
    const after = only(await json(['risk', 'explain', ABUSER]))
    expect(after).toMatchObject({ stored: { level: 'suspended', score: 100 }, next: 'keep' })
    expect(after['history']).toEqual([
      expect.objectContaining({ who: 'behaviour', action: 'risk suspend', target: ABUSER }),
    ])
  })

  test('for a person it is sentences', async () => {
    await json(['assess'])
    const { stdout } = await ops(['risk', 'explain', ABUSER], ENFORCE)
    expect(stdout).toContain('Suspended from 20')
    const { stdout: honest } = await ops(['risk', 'explain', HONEST], ENFORCE)
    expect(honest).toContain(
      '+8 (of 60)  otp_hour: 7 wrong codes in 1 h; counts from 5, in full at 20',
    )
    expect(honest).toContain('leave it as it is')
  })

  test('with the bounds that the operator has set', async () => {
    const env = { BEHAVIOUR: 'enforce', BEHAVIOUR_RULES: 'otp_hour=19-29,login_hour=off' }
    const explained = only(await json(['risk', 'explain', ABUSER], { env }))
    expect(explained).toMatchObject({ score: 6, next: 'keep' })
    expect(explained['rules']).toEqual([
      expect.objectContaining({ feature: 'otp_hour', from: 19, full: 29, points: 6 }),
    ])
  })

  test.each([
    ['an unknown key', [idOf(99)], 1],
    ['no key ID', ['nonsense'], 2],
  ])('%s', async (_, args, code) => {
    const run = await json(['risk', 'explain', ...args])
    expect([run.code, run.stdout]).toEqual([code, ''])
  })
})

describe('risk undo', () => {
  test('lifts a suspension in the operator’s name, and the next run leaves the install alone', async () => {
    await json(['assess'])
    const run = await json(['risk', 'undo', ABUSER, '--reason', 'a tester of ours'])
    expect([run.code, only(run)]).toMatchObject([0, { keyId: ABUSER, lifted: 'suspended' }])
    expect(riskOf(ABUSER)).toBeUndefined()
    expect(actions()).toContain('ada: risk undo')
    expect(Object.values(base.data()['audit']!).at(-1)).toMatchObject({
      reason: 'a tester of ours',
    })

    countFor(base, ABUSER, { otp: 40, login: 40 })
    expect(only(await json(['assess']))).toMatchObject({ suspend: 0, step_up: 0 })
    const { stdout } = await ops(['risk', 'explain', ABUSER], ENFORCE)
    expect(stdout).toContain('Left alone until')
  })

  test('for as many days as it is told', async () => {
    const { exemptUntil } = only(await json(['risk', 'undo', HONEST, '--days', '2']))
    expect(Number(exemptUntil) - Date.now()).toBeGreaterThan(2 * DAY_MS - 60_000)
    expect(Number(exemptUntil) - Date.now()).toBeLessThanOrEqual(2 * DAY_MS)
    expect((await json(['risk', 'undo', HONEST, '--days', '31'])).code).toBe(2)
  })

  test('a dry run writes nothing', async () => {
    await json(['assess'])
    const before = JSON.stringify(base.data())
    const run = await json(['--dry-run', 'risk', 'undo', ABUSER])
    expect(only(run)).toMatchObject({ lifted: 'suspended', dryRun: true })
    expect(JSON.stringify(base.data())).toBe(before)
  })

  test('what an operator has suspended stays suspended', async () => {
    await json(['keys', 'suspend', ABUSER])
    const run = await json(['risk', 'undo', ABUSER])
    expect([run.code, run.stdout]).toEqual([1, ''])
    expect(base.data()['installs']![ABUSER]!['status']).toBe('suspended')
  })
})
