import { spawn } from 'node:child_process'
import { join } from 'node:path'
import {
  rowOf,
  NAMESPACE,
  startDatabase,
  type TestDatabase,
} from '../../functions/harness/database.ts'
import { keyOf } from '../../functions/harness/key.ts'

const CHECKOUT = join(__dirname, '../../..')

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** The commands as a script calls them: a process of its own, without a terminal. */
export const runOps = (args: readonly string[], options?: RunOptions): Promise<Run> =>
  runIn(process.execPath, ['--import', 'tsx', 'scripts/ops/index.ts', ...args], options)

/** The same as a person calls them, who types an `npm run` more. */
export const runNpmOps = (args: readonly string[], options?: RunOptions): Promise<Run> =>
  runIn('npm', ['run', '--silent', 'ops', '--', ...args], options)

function runIn(
  command: string,
  args: readonly string[],
  { env, stdin = '' }: RunOptions = {},
): Promise<Run> {
  const child = spawn(command, args, {
    cwd: CHECKOUT,
    env: { PATH: process.env['PATH'], USER: 'tester', ...env },
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (printed.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (printed.stderr += data.toString()))
  // One that needs no input may be gone before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...printed })))
}

/** A database in real time, for processes of their own share no test's clock. */
export const startOpsDatabase = (installs: number): Promise<TestDatabase> =>
  startDatabase({ installs, clock: { ms: Date.now() } })

export const urlOf = ({ rtdb }: TestDatabase, namespace = NAMESPACE): string =>
  `${rtdb.url}?ns=${namespace}`

/** On this database. */
export const opsOn =
  (database: TestDatabase) =>
  (args: readonly string[], options?: RunOptions): Promise<Run> =>
    runOps(['--database-url', urlOf(database), ...args], options)

export const linesOf = ({ stdout }: Run): unknown[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

export const DAY_MS = 86_400_000

/** A key ID as the service makes them: that of `keyOf` looks like a number, and is sorted as one. */
export const idOf = (n: number): string => `01a200ca${n.toString(16).padStart(24, '0')}`

export const apiKeyOf = (n: number): string => `lk_v1_${idOf(n)}_${'f'.repeat(32)}`

/** The record of the n-th key in this status, as the service leaves it. */
export function keyIn(database: TestDatabase, n: number, status: string): Record<string, unknown> {
  const { ms } = database.clock
  const removeAfter = ms + 10 * DAY_MS
  const fields: Record<string, Record<string, unknown>> = {
    active: {},
    dormant: { dormantFrom: ms, removeAfter },
    suspended: { reason: 'suspended' },
    superseded: { graceUntil: ms, removeAfter },
    revoked: { reason: 'test', removeAfter },
  }
  return { ...rowOf(keyOf(n), database.clock), status, ...fields[status] }
}
