import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { NAMESPACE, startDatabase, type TestDatabase } from '../functions/harness/database.ts'

const CHECKOUT = join(__dirname, '../..')

jest.setTimeout(60_000)

let base: TestDatabase
beforeAll(async () => {
  base = await startDatabase({ installs: 1, clock: { ms: Date.now() } })
})
afterAll(() => base.close())

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The script as another script calls it. */
function runSweep(args: readonly string[], host = `127.0.0.1:${base.rtdb.port}`): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/sweep.ts', ...args], {
    cwd: CHECKOUT,
    env: {
      PATH: process.env['PATH'],
      FIREBASE_DATABASE_EMULATOR_HOST: host,
      GCLOUD_PROJECT: 'demo-latchkey',
    },
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (printed.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (printed.stderr += data.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...printed })))
}

const url = () => `${base.rtdb.url}?ns=${NAMESPACE}`

test('it sweeps the database that is named, and reports as JSON on stdout', async () => {
  const old = { keyId: 'a'.repeat(32), at: Date.now() - 3 * 60 * 60 * 1000, reason: 'test' }
  base.seed('revocations', { ['a'.repeat(32)]: old, ['b'.repeat(32)]: old })
  const { code, stdout } = await runSweep(['--json', '--database-url', url()])
  expect(JSON.parse(stdout)).toEqual({
    challenges: 0,
    drops: 0,
    windows: 0,
    revocations: 2,
    expired: 0,
  })
  expect(code).toBe(0)
  expect(base.data()['revocations']).toBeUndefined()
  expect(Object.keys(base.data()['installs']!)).toHaveLength(1)
})

test('it tells a person what it has done, a line for each kind', async () => {
  const { code, stdout, stderr } = await runSweep(['--database-url', url()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.trim().split('\n')).toHaveLength(4)
})

test('an option that it does not know: usage on stderr, nothing on stdout, exit code 2', async () => {
  const { code, stdout, stderr } = await runSweep(['--everything'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('Usage: npm run sweep')
})
