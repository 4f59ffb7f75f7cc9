import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { inCheckout } from '../local/checkout.ts'
import { faults, METHODS, spread, SPREAD_MAX, type Figures, type Method } from './figures.ts'
import { measureImports } from './imports.ts'
import { countOperations } from './operations.ts'
import type { Endpoint } from './pool.ts'
import { report, reportLoad } from './report.ts'
import { requirements } from './requirements.ts'
import { measureRounds, type RoundsOptions } from './rounds.ts'
import { ROWS } from './rows.ts'
import { ECHO } from './servers/echoRoutes.ts'
import { setStage, type Stage } from './stage.ts'

const usage = `Measures what Latchkey costs beside other ways to verify a request, and checks the required figures.

Usage: npm run bench -- [options]      the service
       npm run bench -- rtdb [arguments]   the local database
       npm run bench -- accounts [arguments]   a flood of logins
       npm run bench -- gateway [arguments]   the gateway beside a middleware
       npm run bench -- lifecycle [arguments]   the sweep of a million installs, a flood of registrations

  --quick            three rounds of one second instead of seven of two
  --rounds N         rounds, at least 1
  --seconds N        length of a slice
  --rows A,B         only these servers, and nothing but servers: ${ROWS.map(({ name }) => name).join(', ')}
  --only METHOD      only GET or POST, and nothing but servers
  --profile FOLDER   write a CPU profile of each server, without its warm-up
  --json             print the figures as JSON
  --help             print this

Every server runs as a process of its own on one processor core, the load comes from another. The figure is
CPU time per request. Exit code 1: a server answered what it should not have, or a required figure was
missed and the machine was quiet enough to say so.`

const ENDPOINTS = {
  GET: { method: 'GET', path: '/api/installs/current', bodyBytes: 0 },
  POST: { method: 'POST', path: ECHO, bodyBytes: 256 },
} as const satisfies Record<string, Endpoint>

/** Parts with a bench of their own. */
const PARTS: readonly (string | undefined)[] = ['rtdb', 'accounts', 'lifecycle', 'gateway']
const part = PARTS.find((name) => name === process.argv[2])
const { values, positionals } = parseArgs({
  // What follows such a name is that bench's to read.
  args: part !== undefined ? [] : process.argv.slice(2),
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    rows: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (part !== undefined) process.exitCode = benchPart(part, process.argv.slice(3))
else if (values.help) console.log(usage)
else if (positionals.length > 0 || !isChoiceKnown()) {
  say(usage)
  process.exitCode = 2
} else await benchService()

async function benchService(): Promise<void> {
  say('Building…')
  const stage = await setStage()
  // The servers end with us; the compiled programs would stay.
  process.once('SIGINT', () => void stage.end().finally(() => process.exit(130)))
  try {
    if (values.rows !== undefined || values.only !== undefined) return await benchServers(stage)
    const figures = await measure(stage)
    if (values.json) console.log(JSON.stringify({ ...figures, required: requirements(figures) }))
    else console.log(report(figures, { cores: stage.cores.description }))
    process.exitCode = hasFailed(figures) ? 1 : 0
  } finally {
    await stage.end()
  }
}

/** What was chosen, and no verdict: the required figures need all of it. */
async function benchServers(stage: Stage): Promise<void> {
  const load = await measureLoad(stage)
  console.log(values.json ? JSON.stringify({ load }) : reportLoad(load))
  if (faults({ load }).length > 0) process.exitCode = 1
}

async function measureLoad(stage: Stage): Promise<Figures['load']> {
  const { quick, profile, rows, only } = values
  if (profile !== undefined) mkdirSync(profile, { recursive: true })
  const options: RoundsOptions = {
    rounds: Number(values.rounds ?? (quick ? 3 : 7)),
    seconds: Number(values.seconds ?? (quick ? 1 : 2)),
    rows: rows?.split(','),
    profile: profile === undefined ? undefined : resolve(profile),
    onProgress: say,
  }
  const measured = async (method: Method) =>
    only === undefined || only === method ? measureRounds(stage, ENDPOINTS[method], options) : {}
  return { GET: await measured('GET'), POST: await measured('POST') }
}

async function measure(stage: Stage): Promise<Figures> {
  const load = await measureLoad(stage)
  say('Verification alone…')
  const verifyRounds = values.quick ? '7' : '25'
  const { results: verification } = await stage.json<{ results: Figures['verification'] }>(
    'verify.ts',
    ['--rounds', verifyRounds],
  )
  say('Database operations…')
  const operations = await countOperations(stage)
  say('Import of the bundle…')
  const imports = await measureImports(values.quick ? 3 : 9, stage.cores.prefix)
  say('100,000 cached installs…')
  const cache = await stage.json<Figures['cache']>('cache.ts')
  return { load, verification, operations, imports, cache }
}

function isChoiceKnown(): boolean {
  const { rows = '', only = 'GET' } = values
  const names: readonly string[] = ROWS.map(({ name }) => name)
  const methods: readonly string[] = METHODS
  return (
    methods.includes(only) && (rows === '' || rows.split(',').every((row) => names.includes(row)))
  )
}

function hasFailed(figures: Figures): boolean {
  if (faults(figures).length > 0) return true
  return spread(figures) <= SPREAD_MAX && requirements(figures).some(({ isMet }) => !isMet)
}

function benchPart(name: string, args: readonly string[]): number {
  const command = ['--import', 'tsx', inCheckout('scripts/bench', name, 'index.ts'), ...args]
  return spawnSync(process.execPath, command, { cwd: inCheckout(), stdio: 'inherit' }).status ?? 1
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
