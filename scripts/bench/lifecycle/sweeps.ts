import type { Operations } from '../../../rtdb/src/index.ts'
import type { Cores } from '../cores.ts'
import type { Lab } from '../lab.ts'
import { watchOthers } from '../others.ts'
import { percentile } from '../percentile.ts'
import type { Figure } from '../rtdb/figure.ts'
import type { BenchProcess } from '../serverProcess.ts'
import { serviceEnv } from '../stage.ts'
import { doubtOf } from './doubt.ts'
import { PROGRAMS } from './programs.ts'
import type { Swept } from './programs/sweeper.ts'

/** Installs, and how often: a small sweep is over before the machine has settled. */
const SIZES = [
  { installs: 10_000, rounds: 5 },
  { installs: 100_000, rounds: 3 },
  { installs: 1_000_000, rounds: 1 },
] as const

/** Both compilers have seen enough after so many of the smallest. */
const WARM_UP = 4

const DORMANT_PART = 0.1

/** One more than a dormant key has. */
const GRACE_MS = 15 * 86_400_000

const MIB = 2 ** 20

/**
 * For a database of a million records, which makes some MiB of new versions for each batch: a young
 * generation that holds them is the difference between throwing them away and moving them first.
 */
const DATABASE_FLAGS = ['--max-old-space-size=8192', '--max-semi-space-size=64']

interface Round {
  /** Per key, from being marked to being removed. */
  readonly micros: number
  readonly rssMib: number
  /** Reads and writes, refused ones too. */
  readonly operations: number
}

/** Two sweeps each: the first marks the dormant keys, the second removes them when their grace is over. */
export async function sweepFigures(lab: Lab, cores: Cores): Promise<Figure[]> {
  const processes = await startProcesses(lab, cores)
  for (let round = 0; round < WARM_UP; round += 1) await sweepOnce(processes, SIZES[0].installs)
  const othersSince = watchOthers([processes.database.pid, processes.sweeper.pid])
  const sizes: Size[] = []
  for (const { installs, rounds } of SIZES) {
    process.stderr.write(`  ${installs} installs…\n`)
    const measured: Round[] = []
    while (measured.length < rounds) measured.push(await sweepOnce(processes, installs))
    sizes.push(sizeOf(installs, measured))
  }
  const { isDoubtful, figure } = doubtOf(othersSince())
  return [...sizes.flatMap((_, at) => figuresOf(sizes.slice(0, at + 1), isDoubtful)), figure]
}

interface Processes {
  readonly database: BenchProcess
  readonly sweeper: BenchProcess
}

async function startProcesses(lab: Lab, { prefix }: Cores): Promise<Processes> {
  const database = lab.start(PROGRAMS.population, { flags: DATABASE_FLAGS })
  const { host, href } = new URL(await database.heard<string>())
  // Auth is not asked: DELETE_ANONYMOUS_USERS is off.
  const env = serviceEnv({ databaseHost: host, databaseUrl: href, namespace: '', authHost: host })
  const sweeper = lab.start(PROGRAMS.sweeper, { env, prefix })
  await sweeper.heard()
  return { database, sweeper }
}

async function sweepOnce({ database, sweeper }: Processes, installs: number): Promise<Round> {
  await database.ask('ahead 0')
  await database.ask(`hold ${installs}`)
  await database.ask('reset')
  const marking = await sweeper.ask<Swept>('0')
  await database.ask(`ahead ${GRACE_MS}`)
  const removing = await sweeper.ask<Swept>(String(GRACE_MS))
  const { reads, writes, writesDenied } = await database.ask<Operations>('operations')

  const dormant = installs * DORMANT_PART
  const left = await database.ask<number>('count')
  const done = [marking.report.marked, removing.report.removed.installs, installs - left]
  if (done.some((count) => count !== dormant)) {
    throw new Error(`of ${dormant} dormant keys were marked, removed and gone: ${done.join(', ')}`)
  }
  return {
    micros: (1e6 * (marking.seconds + removing.seconds)) / dormant,
    rssMib: Math.max(marking.rss, removing.rss) / MIB,
    operations: (reads + writes + writesDenied) / dormant,
  }
}

/** What the rounds of one size have shown. */
interface Size extends Round {
  readonly installs: number
}

/** What else the machine does makes a round slower, never faster; memory and operations are the most. */
function sizeOf(installs: number, rounds: readonly Round[]): Size {
  const of = (name: keyof Round) => rounds.map((round) => round[name])
  return {
    installs,
    micros: percentile(of('micros'), 0.25),
    rssMib: Math.max(...of('rssMib')),
    operations: Math.max(...of('operations')),
  }
}

/** Those of the last size, beside the smaller ones. */
function figuresOf(sizes: readonly Size[], isDoubtful: boolean): Figure[] {
  const smaller = sizes.slice(0, -1)
  const { installs, micros, rssMib, operations } = sizes.at(-1)!
  return [
    {
      what: `${installs} installs, a tenth dormant: per key marked and removed`,
      value: micros,
      unit: 'µs',
    },
    // Linear: no more per key than among fewer. It may be less, for what every sweep does once weighs on
    // few keys.
    ...smaller.map((other) => ({
      what: `… by that among ${other.installs}`,
      value: micros / other.micros,
      unit: '×',
      atMost: 1.2,
      isDoubtful,
    })),
    { what: '… removals a second', value: 1e6 / micros, unit: '/s', atLeast: 2000, isDoubtful },
    { what: '… database operations per removal', value: operations, unit: '' },
    { what: '… resident memory of the sweeping process', value: rssMib, unit: 'MiB' },
    ...smaller.slice(0, 1).map((other) => ({
      what: `… more than among ${other.installs}`,
      value: rssMib - other.rssMib,
      unit: 'MiB',
      atMost: 50,
    })),
  ]
}
