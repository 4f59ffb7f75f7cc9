import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { makeKeyring } from '../../../functions/src/installs/keyring.ts'
import { dayOf } from '../../../functions/src/installs/store.ts'
import { NAMESPACE, type TestDatabase } from '../../functions/harness/database.ts'
import { MASTER_SECRETS } from '../../functions/harness/key.ts'
import { DAY_MS, idOf, keyIn, linesOf, opsOn, runOps, startOpsDatabase, urlOf } from './harness.ts'

jest.setTimeout(60_000)

let base: TestDatabase
let ops: ReturnType<typeof opsOn>
beforeAll(async () => {
  base = await startOpsDatabase(0)
  ops = opsOn(base)
})
afterAll(() => base.close())
beforeEach(() => {
  base.clock.ms = Date.now()
  base.rtdb.import(NAMESPACE, null)
  base.seed('installs', { [idOf(0)]: keyIn(base, 0, 'active') })
})

describe('which project', () => {
  const revoke = ['keys', 'revoke', idOf(0)]
  const statusOf = () => base.data()['installs']![idOf(0)]!['status']

  test('a database that is not on this machine needs --project', async () => {
    for (const project of [[], ['--project', 'demo-latchkey']]) {
      const run = await runOps([
        '--database-url',
        'https://x.firebaseio.com',
        ...project,
        ...revoke,
      ])
      expect([run.code, run.stdout]).toEqual([2, ''])
      expect(run.stderr).toContain('--project')
    }
  })

  test('nor is one that only looks like a local one believed to be', async () => {
    for (const url of [
      'http://127.0.0.1.example.com',
      'http://localhost@example.com',
      'http://10.0.0.1',
    ]) {
      expect((await runOps(['--database-url', url, ...revoke])).code).toBe(2)
    }
  })

  test('a change of a real project is not begun unconfirmed', async () => {
    const run = await runOps([
      '--project',
      'real',
      '--database-url',
      'https://x.firebaseio.com',
      ...revoke,
    ])
    expect([run.code, run.stdout]).toEqual([3, ''])
    expect(run.stderr).toContain('Not confirmed')
  })

  test('--yes alone does not say of what', async () => {
    const run = await ops(['--yes', ...revoke])
    expect([run.code, run.stdout, statusOf()]).toEqual([2, '', 'active'])
  })

  test('a real project and an emulator’s variable are not mixed', async () => {
    const env = { FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:1' }
    const run = await runOps(['--project', 'real', '--yes', ...revoke], { env })
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain('FIREBASE_AUTH_EMULATOR_HOST')
  })

  test('a demo- project on this machine is not asked for', async () => {
    expect([(await ops(revoke)).code, statusOf()]).toEqual([0, 'revoked'])
  })
})

describe('manners', () => {
  test('help is a result; a mistake is told on stderr alone', async () => {
    const help = await runOps(['--help'])
    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain('Exit codes')
    for (const args of [
      ['frobnicate'],
      ['keys', 'list', '--what'],
      ['usage', 'top', '--limit', 'many'],
    ]) {
      const run = await runOps(args)
      expect([args, run.code, run.stdout]).toEqual([args, 2, ''])
      expect(run.stderr).not.toBe('')
    }
  })

  test('no database: 1 and what to do, within the time that a person waits', async () => {
    const run = await runOps(['--database-url', 'http://127.0.0.1:9?ns=x', 'keys', 'show', idOf(0)])
    expect([run.code, run.stdout]).toEqual([1, ''])
    expect(run.stderr).toContain('does not answer')
  })

  test('what the SDK says of a database that has moved is heard', async () => {
    // As a database of another region answers.
    const said =
      'Database lives in a different region. Please change your database URL to https://x'
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    const end = JSON.stringify({ t: 'c', d: { t: 's', d: said } })
    server.on('connection', (socket) => socket.send(end))
    const { port } = server.address() as AddressInfo
    const run = await runOps(['--database-url', `http://127.0.0.1:${port}?ns=x`, 'audit'])
    server.close()
    expect([run.code, run.stdout]).toEqual([1, ''])
    expect(run.stderr).toContain(said)
  })

  test('a name that the audit trail would refuse is refused at once', async () => {
    for (const name of ['', 'a'.repeat(129)]) {
      const run = await ops(['--as', name, 'keys', 'revoke', idOf(0)])
      expect([run.code, run.stdout]).toEqual([2, ''])
      expect(run.stderr).toContain('128')
    }
    expect((await ops(['--as', 'a'.repeat(128), 'keys', 'revoke', idOf(0)])).code).toBe(0)
  })

  test('without --json the headings go to stderr, and each line is a key', async () => {
    const run = await ops(['keys', 'list'])
    expect(run.stdout.split('\n')).toHaveLength(2)
    expect(run.stdout).toContain(idOf(0))
    expect(run.stderr).toContain('KEY ID')
  })
})

test('stats count by status, day and last use, over several pages', async () => {
  const { ms } = base.clock
  const row = (n: number, days: number) => ({
    ...keyIn(base, n, n % 2 === 0 ? 'active' : 'suspended'),
    createdAt: ms - days * DAY_MS,
    lastUsedAt: ms - days * DAY_MS,
  })
  const rows = Array.from({ length: 1300 }, (_, n) => [idOf(n), row(n, n < 1200 ? 0 : 40)])
  const unused = { ...row(0, 3), unusedSince: ms - 3 * DAY_MS }
  base.seed('installs', { ...Object.fromEntries(rows), [idOf(9999)]: unused })
  const stats = linesOf(await ops(['--json', 'stats']))[0] as Record<string, unknown>
  expect(stats).toMatchObject({
    installs: 1301,
    byStatus: { active: 651, suspended: 650 },
    byMasterVersion: { 1: 1301 },
    neverUsed: 1,
  })
  const registrations = stats['registrations'] as { day: string; count: number }[]
  expect(registrations.at(-1)).toEqual({
    day: new Date(ms).toISOString().slice(0, 10),
    count: 1200,
  })
  expect(registrations.at(-4)!.count).toBe(1)
  const dormancy = stats['dormancy'] as { days: string; count: number }[]
  expect(dormancy.filter(({ count }) => count > 0)).toEqual([
    { days: '0-1', count: 600 },
    { days: '30-60', count: 50 },
  ])
  const drawn = await ops(['stats'])
  expect(drawn.stdout).toMatch(/0-1 +█{40} 600\n/)
  expect(drawn.stdout).toMatch(/30-60 +█{4} +50\n/)
})

test('usage: the busiest keys of a day, and the days of a key', async () => {
  const today = dayOf(base.clock.ms)
  const used = (requests: number) => ({
    requests,
    lastAt: base.clock.ms,
    hours: { '08': requests },
    refused: { rate_limited: 2 },
  })
  base.seed('usage', {
    [today]: {
      ...Object.fromEntries([3, 1, 2].map((n) => [idOf(n), used(n * 10)])),
      unverified: { lastAt: base.clock.ms, refused: { invalid_credentials: 7 } },
    },
    [today - 1]: { [idOf(3)]: used(5) },
  })
  const top = linesOf(await ops(['--json', 'usage', 'top', '--limit', '2'])) as Record<
    string,
    unknown
  >[]
  expect(top.map(({ keyId, requests }) => [keyId, requests])).toEqual([
    [idOf(3), 30],
    [idOf(2), 20],
  ])
  const days = linesOf(await ops(['--json', 'usage', 'show', idOf(3), '--days', '2'])) as Record<
    string,
    unknown
  >[]
  expect(days.map(({ requests }) => requests)).toEqual([30, 5])
  expect(days[0]).toMatchObject({ refused: { rate_limited: 2 }, hours: { '08': 30 } })
  const open = linesOf(await ops(['--json', 'usage', 'show', 'unverified']))
  expect(open).toMatchObject([{ requests: 0, refused: { invalid_credentials: 7 } }])
  expect((await ops(['usage', 'top', '--day', '2020-01-01'])).code).toBe(1)
  expect((await ops(['usage', 'top', '--day', 'today'])).code).toBe(2)
})

test('audit: the newest first, over several pages, by whom and on what', async () => {
  const entry = (n: number) => ({
    at: n,
    who: n % 2 ? 'ada' : 'bob',
    action: 'keys revoke',
    target: idOf(n),
  })
  const entries = Array.from({ length: 1100 }, (_, n) => [idOf(n), entry(n)])
  base.seed('audit', Object.fromEntries(entries))
  const told = async (...args: string[]) =>
    (linesOf(await ops(['--json', 'audit', ...args])) as { at: number }[]).map(({ at }) => at)
  expect(await told('--limit', '2')).toEqual([1099, 1098])
  expect(await told('--limit', '5000')).toEqual(Array.from({ length: 1100 }, (_, n) => 1099 - n))
  expect(await told('--who', 'ada', '--limit', '2')).toEqual([1099, 1097])
  expect(await told('--target', idOf(3))).toEqual([3])
})

describe('sweep', () => {
  const expired = () => ({
    [idOf(5)]: { keyId: idOf(0), at: base.clock.ms - 3 * 3_600_000, reason: 'test' },
  })

  test('does what the scheduled one does, reports as JSON, and is in the audit trail', async () => {
    base.seed('revocations', expired())
    const run = await ops(['--json', '--as', 'ada', 'sweep'])
    expect(run.code).toBe(0)
    expect(linesOf(run)).toMatchObject([{ dryRun: false, removed: { revocations: 1 } }])
    expect(base.data()['revocations']).toBeUndefined()
    expect(Object.values(base.data()['audit']!)).toMatchObject([{ who: 'ada', action: 'sweep' }])
  })

  test('nothing is begun that the audit trail does not take', async () => {
    base.seed('revocations', expired())
    // By the database's clock the entry is of the future.
    base.clock.ms -= 120_000
    const before = base.data()
    const run = await ops(['--json', 'sweep'])
    expect([run.code, run.stdout, base.data()]).toEqual([1, '', before])
    expect(run.stderr).toContain('audit trail')
  })

  test('in a dry run counts the same and writes nothing', async () => {
    base.seed('revocations', expired())
    const before = base.data()
    const run = await ops(['--json', '--dry-run', 'sweep'])
    expect(linesOf(run)).toMatchObject([{ dryRun: true, removed: { revocations: 1 } }])
    expect(base.data()).toEqual(before)
  })
})

describe('doctor', () => {
  const findings = async (env: Record<string, string> = {}) => {
    const run = await ops(['--json', 'doctor'], { env: { MASTER_SECRETS, ...env } })
    const found = linesOf(run) as { check: string; verdict: string; detail: string }[]
    return { code: run.code, found, of: (check: string) => found.find((it) => it.check === check)! }
  }

  test('finds nothing wrong where nothing is, and shows no secret', async () => {
    const { code, found } = await findings()
    expect(found.map(({ verdict }) => verdict)).toEqual(Array(found.length).fill('ok'))
    expect(found.map(({ check }) => check)).toEqual([
      'runtime',
      'params',
      'secrets',
      'rules',
      'indexes',
      'anonymous sign-in',
      'clock',
    ])
    expect(code).toBe(0)
    for (const secret of Object.values(JSON.parse(MASTER_SECRETS) as Record<string, string>)) {
      expect(JSON.stringify(found)).not.toContain(secret)
    }
  })

  test('a param out of its range, a retired newest version, accounts without their version', async () => {
    expect((await findings({ SWEEP_BATCH: '0' })).of('params').verdict).toBe('wrong')
    expect((await findings({ RETIRED_MASTER_VERSIONS: '2' })).of('secrets').verdict).toBe('wrong')
    const { code, of } = await findings({ ACCOUNT_MASTER_VERSION: '3' })
    expect([code, of('secrets').verdict]).toEqual([1, 'wrong'])
  })

  test('what a local run alone may have is right in one', async () => {
    const local = { UPSTREAM_ORIGINS: 'weather=http://127.0.0.1:9', USAGE_FLUSH_SECONDS: '5' }
    expect((await findings(local)).of('params')).toMatchObject({
      verdict: 'ok',
      detail: 'all in range; set: USAGE_FLUSH_SECONDS, UPSTREAM_ORIGINS',
    })
  })

  test('a param at its default is not told as set', async () => {
    expect((await findings({ SMS_COUNTRIES: '', SWEEP_BATCH: '500' })).of('params').detail).toBe(
      'all at their defaults',
    )
  })

  test('other rules than the file’s, a missing index, a clock that is off', async () => {
    const rules = readFileSync(join(__dirname, '../../../database.rules.json'), 'utf8')
    base.rtdb.setRules(NAMESPACE, rules.replace('"masterVersion"\n', '"status"\n'))
    const { of } = await findings()
    expect([of('rules').verdict, of('indexes')]).toMatchObject([
      'wrong',
      { verdict: 'wrong', detail: 'missing: rules/installs/masterVersion' },
    ])
    base.rtdb.setRules(NAMESPACE, rules)
    base.clock.ms = Date.now() + 120_000
    expect((await findings()).of('clock').verdict).toBe('wrong')
  })
})

describe('secrets new', () => {
  let folder: string
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'latchkey-ops-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('adds a version to those on stdin, and shows secrets on stdout alone', async () => {
    const run = await runOps(['secrets', 'new'], { stdin: MASTER_SECRETS })
    expect(run.code).toBe(0)
    const made = JSON.parse(run.stdout) as Record<string, string>
    expect(made).toMatchObject(JSON.parse(MASTER_SECRETS) as object)
    expect(makeKeyring(run.stdout).newestVersion).toBe(3)
    for (const secret of Object.values(made)) expect(run.stderr).not.toContain(secret)
  })

  test('makes the first version out of nothing where it is told to, a new one each time', async () => {
    const runs = await Promise.all([1, 2].map(() => runOps(['secrets', 'new', '--first'])))
    for (const { stdout } of runs) expect(makeKeyring(stdout).newestVersion).toBe(1)
    expect(runs[0]!.stdout).not.toBe(runs[1]!.stdout)
  })

  test('a pipe whose first command has failed is not taken for the first version', async () => {
    for (const stdin of ['', '\n']) {
      const run = await runOps(['secrets', 'new'], { stdin })
      expect([run.code, run.stdout]).toEqual([2, ''])
      expect(run.stderr).toContain('--first')
    }
  })

  test('nor does --first replace those that came', async () => {
    const run = await runOps(['secrets', 'new', '--first'], { stdin: MASTER_SECRETS })
    expect([run.code, run.stdout]).toEqual([2, ''])
  })

  test('leaves versions out, and never gives a number twice', async () => {
    const run = await runOps(['secrets', 'new', '--without', '2'], { stdin: MASTER_SECRETS })
    expect(Object.keys(JSON.parse(run.stdout) as object)).toEqual(['1', '3'])
    expect(
      (await runOps(['secrets', 'new', '--without', '7'], { stdin: MASTER_SECRETS })).code,
    ).toBe(2)
  })

  test('--out: a file for its owner alone, and none is overwritten', async () => {
    const file = join(folder, 'secrets.json')
    const run = await runOps(['secrets', 'new', '--first', '--out', file])
    expect([run.code, run.stdout, statSync(file).mode & 0o777]).toEqual([0, '', 0o600])
    const before = readFileSync(file, 'utf8')
    expect((await runOps(['secrets', 'new', '--first', '--out', file])).code).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('what is no MASTER_SECRETS is refused without being quoted', async () => {
    for (const stdin of ['hunter2', '{"1":"hunter2"}']) {
      const run = await runOps(['secrets', 'new'], { stdin })
      expect([run.code, run.stdout]).toEqual([1, ''])
      expect(run.stderr).not.toContain('hunter2')
    }
  })
})

describe('several databases', () => {
  const names = ['demo-a', 'demo-b']
  // Byte 11 of a key ID is the number of its database.
  const inShard = (n: number, shard: number) =>
    `${idOf(n).slice(0, 22)}0${shard}${idOf(n).slice(24)}`
  const rules = readFileSync(join(__dirname, '../../../database.rules.json'), 'utf8')
  /** What lies in each besides a key. */
  const fill = (more: (shard: number) => object = () => ({})) =>
    names.forEach((name, shard) => {
      base.rtdb.setRules(name, rules)
      const installs = { [inShard(shard, shard)]: keyIn(base, shard, 'active') }
      base.rtdb.import(name, { installs, ...more(shard) })
    })
  const at = (...args: string[]) => {
    const urls = names.map((name) => urlOf(base, name))
    const env = { DATABASE_URLS: urls.join(','), BEHAVIOUR: 'observe' }
    return runOps(['--database-url', urls[0]!, '--json', ...args], { env })
  }

  test('each key in its own, lists over all, the sweep in each', async () => {
    fill()
    expect(linesOf(await at('keys', 'list'))).toHaveLength(2)
    expect((await at('keys', 'revoke', inShard(1, 1))).code).toBe(0)
    expect(base.rtdb.export(names[1]!)).toMatchObject({
      installs: { [inShard(1, 1)]: { status: 'revoked' } },
    })
    expect(base.rtdb.export(names[1]!)).toHaveProperty('audit')
    expect(linesOf(await at('audit'))).toHaveLength(1)
    expect(linesOf(await at('sweep'))).toHaveLength(2)
  })

  test('audit: one trail of all, the newest first, whichever has more of it', async () => {
    // By turns, and the older ones in the second alone.
    const shardOf = (n: number) => (n < 600 ? 1 : n % 2)
    const all = Array.from({ length: 700 }, (_, n) => n)
    const entry = (n: number) => ({ at: n, who: 'ada', action: 'keys revoke', target: idOf(n) })
    fill((shard) => ({
      audit: Object.fromEntries(
        all.filter((n) => shardOf(n) === shard).map((n) => [idOf(n), entry(n)]),
      ),
    }))
    const told = async (limit: number) =>
      (linesOf(await at('audit', '--limit', String(limit))) as { at: number }[]).map(({ at }) => at)
    expect(await told(5)).toEqual([699, 698, 697, 696, 695])
    expect(await told(1000)).toEqual([...all].reverse())
  })

  test.each(['sweep', 'assess'])('%s: one that is away keeps no other from it', async (job) => {
    // To be another number than it is makes a database refuse everything.
    for (const away of [0, 1]) {
      fill((shard) => ({ shard: shard === away ? 7 : shard }))
      const run = await at(job)
      expect([run.code, linesOf(run)]).toEqual([1, [expect.anything()]])
      expect(run.stderr).toContain(`${urlOf(base, names[away])}: number ${away}`)
      expect(base.rtdb.export(names[1 - away]!)).toHaveProperty('audit')
    }
  })
})
