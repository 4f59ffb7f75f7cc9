import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { inCheckout } from '../../local/checkout.ts'
import { loopbackEnv } from '../../local/loopbackEnv.ts'
import { run } from '../../local/run.ts'
import type { Lab } from '../lab.ts'
import { percentile } from '../percentile.ts'
import type { Figure } from './figure.ts'
import { PROGRAMS } from './programs.ts'

const ROUNDS = 15
const RULES = inCheckout('database.rules.json')
const COMMAND = [inCheckout('rtdb/dist/cli.js'), '--port', '0', '--rules', RULES]

/** How soon the built package serves, on plain Node and with this project's own rules. */
export async function startupFigures(lab: Lab): Promise<Figure[]> {
  await run(process.execPath, [inCheckout('rtdb/build.js')])
  const times = { bare: [], command: [], http: [], open: [], ruled: [] } as Record<string, number[]>
  for (let round = 0; round < ROUNDS; round++) {
    times['bare']!.push(await timeToFirstLine(['-e', 'console.log(0)']))
    times['command']!.push(await timeToFirstLine(COMMAND))
    times['http']!.push(await timeInProcess(lab, 'http'))
    times['open']!.push(await timeInProcess(lab, 'open'))
    times['ruled']!.push(await timeInProcess(lab, RULES))
  }
  const of = (name: string) => ({ value: percentile(times[name]!, 0.25), unit: 'ms' })
  const bare = times['bare']!
  const spread = percentile(bare, 0.75) / percentile(bare, 0.25)
  const kB = Math.round(statSync(RULES).size / 1000)
  const isDoubtful = spread > SPREAD_MAX
  return [
    { what: 'ready after its process started', ...of('command'), atMost: 150, isDoubtful },
    { what: '  of that, what `node -e` takes', ...of('bare') },
    { what: '  spread of that', value: spread, unit: '×' },
    { what: 'ready in process', ...of('open'), atMost: 20, isDoubtful },
    { what: '  of that, what a bare HTTP server takes', ...of('http') },
    { what: `ready in process, ${kB} kB of rules read`, ...of('ruled'), atMost: 20, isDoubtful },
  ]
}

/** Of the time that Node alone takes to start: above it, other processes have the processor as much as we do. */
const SPREAD_MAX = 1.3

/** Milliseconds from starting a process to the first line that it prints. */
async function timeToFirstLine(args: string[]): Promise<number> {
  const from = performance.now()
  const options = { env: loopbackEnv(), stdio: ['ignore', 'pipe', 'ignore'] as 'pipe'[] }
  const child = spawn(process.execPath, args, options)
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  const time = performance.now() - from
  child.kill('SIGKILL')
  await exited
  return time
}

async function timeInProcess(lab: Lab, what: string): Promise<number> {
  const program = lab.start(PROGRAMS.inProcess, { args: [what] })
  const time = await program.heard<number>()
  await program.stop()
  return time
}
