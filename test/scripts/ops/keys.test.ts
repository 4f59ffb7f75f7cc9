import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from '../../functions/harness/database.ts'
import { keyOf } from '../../functions/harness/key.ts'
import { apiKeyOf, idOf, keyIn, linesOf, opsOn, startOpsDatabase, type Run } from './harness.ts'

jest.setTimeout(60_000)

const STATUSES = ['active', 'dormant', 'suspended', 'superseded', 'revoked'] as const

let base: TestDatabase
let ops: ReturnType<typeof opsOn>
beforeAll(async () => {
  base = await startOpsDatabase(0)
  ops = opsOn(base)
})
afterAll(() => base.close())

/** One key of each status: 0 active, 1 dormant, 2 suspended, 3 superseded, 4 revoked. */
beforeEach(() => {
  base.clock.ms = Date.now()
  base.rtdb.import(base.rtdb.namespaces()[0]!, null)
  base.seed(
    'installs',
    Object.fromEntries(STATUSES.map((status, n) => [idOf(n), keyIn(base, n, status)])),
  )
})

const statusOf = (n: number) => base.data()['installs']![idOf(n)]!['status']
const auditOf = () => Object.values(base.data()['audit'] ?? {})
const feedOf = () => Object.values(base.data()['revocations'] ?? {})
const summary = (run: Run) => linesOf(run)[0] as Record<string, unknown>

/** What each action makes of each status; null: it is left as it is. */
const OUTCOMES = {
  revoke: ['revoked', 'revoked', 'revoked', 'revoked', null],
  suspend: ['suspended', 'suspended', null, null, null],
  resume: [null, null, 'active', null, null],
  rotate: ['superseded', 'superseded', null, null, null],
} as const

describe.each(Object.entries(OUTCOMES))('keys %s', (action, outcomes) => {
  test('changes the statuses that it leads from, each with its feed and audit entry', async () => {
    // One UID would do, but a file tells of each key.
    const file = inFile(STATUSES.map((_, n) => idOf(n)))
    const run = await ops([
      '--json',
      '--as',
      'ada',
      'keys',
      action,
      '--file',
      file,
      '--reason',
      'why',
    ])
    const changed = STATUSES.flatMap((_, n) => (outcomes[n] === null ? [] : [idOf(n)]))
    STATUSES.forEach((before, n) => expect(statusOf(n)).toBe(outcomes[n] ?? before))
    expect(summary(run)).toMatchObject({ action, dryRun: false, changed: changed.length })
    expect(feedOf().map(({ keyId }) => keyId)).toEqual(expect.arrayContaining(changed))
    expect(feedOf()).toHaveLength(changed.length)
    expect(auditOf()).toHaveLength(changed.length)
    for (const entry of auditOf()) {
      expect(entry).toMatchObject({ who: 'ada', action: `keys ${action}`, reason: 'why' })
    }
    expect(
      auditOf()
        .map(({ target }) => target)
        .sort(),
    ).toEqual(changed.sort())
  })

  test('in a dry run says the same and writes nothing', async () => {
    const before = base.data()
    const file = inFile(STATUSES.map((_, n) => idOf(n)))
    const run = await ops(['--json', '--dry-run', 'keys', action, '--file', file])
    expect(summary(run)).toMatchObject({
      dryRun: true,
      changed: outcomes.filter((outcome) => outcome !== null).length,
    })
    expect(base.data()).toEqual(before)
  })
})

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'latchkey-ops-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function inFile(lines: readonly string[]): string {
  const file = join(folder, 'keys.txt')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

test('done already: counted, exit code 0, nothing written, so a command can be given again', async () => {
  await ops(['keys', 'revoke', idOf(0)])
  const before = base.data()
  const run = await ops(['--json', 'keys', 'revoke', idOf(0)])
  expect(run.code).toBe(0)
  expect(summary(run)).toMatchObject({ changed: 0, already: 1 })
  expect(base.data()).toEqual(before)
})

test('what cannot be done to a key that was named is a failure', async () => {
  const run = await ops(['--json', 'keys', 'resume', idOf(4)])
  expect([run.code, statusOf(4)]).toEqual([1, 'revoked'])
  expect(summary(run)).toMatchObject({ impossible: 1 })
})

test('a key that is not there is told of, and the others are done', async () => {
  const run = await ops(['--json', 'keys', 'revoke', '--file', inFile([idOf(9), idOf(0)])])
  expect([run.code, statusOf(0)]).toEqual([1, 'revoked'])
  expect(summary(run)).toMatchObject({ changed: 1, missing: 1 })
  expect(run.stderr).toContain(idOf(9))
})

test('a file with bad lines: told by number, not quoted, and nothing done', async () => {
  const file = inFile([idOf(0), apiKeyOf(1), '# a remark', '', 'nonsense'])
  const run = await ops(['keys', 'revoke', '--file', file])
  expect([run.code, run.stdout, statusOf(0)]).toEqual([2, '', 'active'])
  expect(run.stderr).toContain('line 2, 5')
  expect(run.stderr).not.toContain(apiKeyOf(1))
})

test('--uid takes all keys of a UID and no other', async () => {
  const { uid } = keyOf(0)
  const mine = { ...keyIn(base, 7, 'active'), uid, place: `${uid}/${keyOf(7).slot}` }
  base.seed('installs', { ...base.data()['installs'], [idOf(7)]: mine })
  const run = await ops(['--json', 'keys', 'suspend', '--uid', uid])
  expect([run.code, statusOf(0), statusOf(7), statusOf(1)]).toEqual([
    0,
    'suspended',
    'suspended',
    'dormant',
  ])
})

describe('a key in its grace', () => {
  const GRACE_MS = 60_000
  /** 0 was rotated to 5, and works for a minute more; 6 was before it, and works no more. */
  beforeEach(() => {
    const of = (status: string, graceMs = 0) => {
      const row = keyIn(base, 0, status)
      return status === 'superseded' ? { ...row, graceUntil: base.clock.ms + graceMs } : row
    }
    base.seed('installs', {
      [idOf(0)]: of('superseded', GRACE_MS),
      [idOf(5)]: of('active'),
      [idOf(6)]: of('superseded'),
    })
  })

  test.each([
    ['suspend', 'suspended'],
    ['revoke', 'revoked'],
  ])(
    'ends with its successor by %s, in the same write and in the audit trail',
    async (action, status) => {
      const args = ['--json', 'keys', action, idOf(5), '--reason', 'stolen']
      expect(summary(await ops(['--dry-run', ...args]))).toMatchObject({ changed: 1 })
      expect([statusOf(0), statusOf(5)]).toEqual(['superseded', 'active'])
      const run = await ops(args)
      expect([run.code, summary(run)]).toEqual([0, expect.objectContaining({ changed: 1 })])
      expect([statusOf(0), statusOf(5), statusOf(6)]).toEqual(['revoked', status, 'superseded'])
      const keyIds = [idOf(0), idOf(5)]
      expect(
        feedOf()
          .map(({ keyId }) => keyId as unknown)
          .sort(),
      ).toEqual(keyIds)
      const told = auditOf().map(({ target, action, reason }) => [target, action, reason])
      expect(told.sort()).toEqual(keyIds.map((keyId) => [keyId, `keys ${action}`, 'stolen']))
    },
  )

  test.each(['suspend', 'revoke'])('named by its UID is ended once, by %s', async (action) => {
    const run = await ops(['--json', 'keys', action, '--uid', keyOf(0).uid])
    expect(run.code).toBe(0)
    expect(statusOf(0)).toBe('revoked')
    expect(auditOf().filter(({ target }) => (target as unknown) === idOf(0))).toHaveLength(1)
  })

  test('is ended by itself, without its successor', async () => {
    expect((await ops(['--json', 'keys', 'suspend', idOf(0)])).code).toBe(0)
    expect([statusOf(0), statusOf(5)]).toEqual(['revoked', 'active'])
  })

  test('stays in it when its successor is rotated', async () => {
    expect((await ops(['--json', 'keys', 'rotate', idOf(5)])).code).toBe(0)
    expect([statusOf(0), statusOf(5)]).toEqual(['superseded', 'superseded'])
  })
})

test('--master-version takes all keys of a version, page by page', async () => {
  const rows = Array.from({ length: 1203 }, (_, n) => [
    idOf(n),
    { ...keyIn(base, n, 'active'), masterVersion: n % 3 === 0 ? 2 : 1 },
  ])
  base.seed('installs', Object.fromEntries(rows))
  const run = await ops(['--json', 'keys', 'revoke', '--master-version', '1'])
  expect(run.code).toBe(0)
  expect(summary(run)).toMatchObject({ changed: 802, already: 0 })
  const left = Object.values(base.data()['installs']!).filter(
    ({ status }) => (status as unknown) === 'active',
  )
  expect(left).toHaveLength(401)
  expect(new Set(left.map(({ masterVersion }) => Number(masterVersion)))).toEqual(new Set([2]))
  expect(auditOf()).toHaveLength(802)
})

test('a revoked key loses the drop that waits for it, another key’s stays', async () => {
  const key = keyOf(0)
  const credential = {
    apiKey: apiKeyOf(0),
    hmacSecret: key.secret.toString('base64url'),
    keyId: idOf(0),
    issuedAt: base.clock.ms,
  }
  const pickupBy = base.clock.ms + 1000
  base.seed('installs', {
    [idOf(0)]: { ...keyIn(base, 0, 'active'), pickupBy },
    // The one before it, of the same place.
    [idOf(1)]: { ...keyIn(base, 0, 'superseded') },
  })
  base.seed('users', { [key.uid]: { [key.slot]: { credential } } })
  await ops(['keys', 'revoke', idOf(1)])
  expect(base.data()['users']).toBeDefined()
  await ops(['keys', 'revoke', idOf(0)])
  expect([statusOf(0), base.data()['users']]).toEqual(['revoked', undefined])
})

test('a rotated key works for its grace, and loses the drop that waits', async () => {
  const run = await ops(['keys', 'rotate', idOf(0), '--grace', '60'])
  expect(run.code).toBe(0)
  const { graceUntil, removeAfter } = base.data()['installs']![idOf(0)] as unknown as Record<
    string,
    number
  >
  expect(graceUntil! - Date.now()).toBeGreaterThan(30_000)
  expect(graceUntil! - Date.now()).toBeLessThanOrEqual(60_000)
  expect(removeAfter).toBe(graceUntil! + 30 * 86_400_000)
})

test('one selection is needed, and only one', async () => {
  for (const args of [
    [],
    [idOf(0), '--uid', 'x'],
    ['--uid', 'a/b'],
    ['--master-version', '0'],
    ['not-a-key'],
  ]) {
    const run = await ops(['keys', 'revoke', ...args])
    expect([args, run.code, run.stdout]).toEqual([args, 2, ''])
  }
  expect(statusOf(0)).toBe('active')
})

test('a reason has 1 to 64 characters', async () => {
  for (const reason of ['', 'x'.repeat(65)]) {
    expect((await ops(['keys', 'revoke', idOf(0), '--reason', reason])).code).toBe(2)
  }
  expect(statusOf(0)).toBe('active')
})

describe('reading', () => {
  test('list: one object a line, all pages, in the order of their making', async () => {
    const rows = Array.from({ length: 1001 }, (_, n) => [idOf(n), keyIn(base, n, 'active')])
    base.seed('installs', Object.fromEntries(rows))
    const all = await ops(['--json', 'keys', 'list', '--limit', '5000'])
    expect(linesOf(all).map((row) => (row as { keyId: string }).keyId)).toEqual(
      rows.map(([keyId]) => keyId),
    )
    const some = await ops(['--json', 'keys', 'list', '--limit', '3'])
    expect(linesOf(some)).toHaveLength(3)
    expect(some.stderr).toContain('more than 3')
  })

  test('list: by status, UID and master version', async () => {
    const ids = async (...args: string[]) =>
      linesOf(await ops(['--json', 'keys', 'list', ...args])).map(
        (row) => (row as { keyId: string }).keyId,
      )
    expect(await ids('--status', 'dormant')).toEqual([idOf(1)])
    expect(await ids('--uid', keyOf(2).uid)).toEqual([idOf(2)])
    expect(await ids('--master-version', '1', '--status', 'revoked')).toEqual([idOf(4)])
    expect(await ids('--master-version', '2')).toEqual([])
  })

  test('show: the whole record; 1 where there is none', async () => {
    const run = await ops(['--json', 'keys', 'show', idOf(1)])
    expect(linesOf(run)[0]).toMatchObject({
      keyId: idOf(1),
      status: 'dormant',
      dormantFrom: base.clock.ms,
      scopes: ['accounts'],
    })
    const missing = await ops(['--json', 'keys', 'show', idOf(9)])
    expect([missing.code, missing.stdout]).toEqual([1, ''])
  })

  test('show: what attestation, behaviour and encryption say of it; never the keys of its bodies', async () => {
    const at = Date.UTC(2026, 10, 1)
    const attestation = { outcome: 'attested', provider: 'app-check', appId: '1:2:web:3', at }
    const risk = { level: 'step_up', until: at }
    const encryption = { kind: 'server-key', publicKey: 'the-public-half', sealedKey: 'the-sealed' }
    const rows = base.data()['installs']!
    base.seed('installs', {
      ...rows,
      [idOf(1)]: { ...rows[idOf(1)], attestation, risk, encryption },
    })
    const run = await ops(['--json', 'keys', 'show', idOf(1)])
    expect(linesOf(run)[0]).toMatchObject({
      attestation,
      risk,
      encryption: { kind: 'server-key' },
    })
    const text = (await ops(['keys', 'show', idOf(1)])).stdout
    expect(text).toMatch(/^attestation +attested, app-check, 1:2:web:3, at 2026-11-01T00:00:00Z$/m)
    expect(text).toMatch(/^risk +step_up, until 2026-11-01T00:00:00Z$/m)
    expect(text).toMatch(/^encryption +server-key *$/m)
    expect(run.stdout + text).not.toMatch(/public-half|the-sealed/)
  })

  test('find: by key ID, its beginning, API key, UID, UID and device', async () => {
    const found = async (...args: string[]) =>
      linesOf(await ops(['--json', 'keys', 'find', ...args])).map(
        (row) => (row as { keyId: string }).keyId,
      )
    expect(await found(idOf(3))).toEqual([idOf(3)])
    expect((await found(idOf(3).slice(0, 8))).length).toBe(5)
    expect(await found(apiKeyOf(2))).toEqual([idOf(2)])
    expect(await found(keyOf(2).uid)).toEqual([idOf(2)])
    expect(await found(keyOf(2).uid, '--device', 'device-2')).toEqual([idOf(2)])
    expect(await found(keyOf(2).uid, '--device', 'device-3')).toEqual([])
  })

  test('what others have named cannot steer the terminal', async () => {
    base.seed('audit', {
      ['a'.repeat(32)]: { at: 1, who: 'eve\u001b[2J', action: 'sweep', target: 'all' },
    })
    const run = await ops(['audit'])
    expect(run.stdout).not.toContain('\u001b')
    expect(run.stdout).toContain('eve')
  })
})
