import { parseArgs } from 'node:util'
import { compilePrograms } from '../compile.ts'
import { separateCores, yieldingPrefix } from '../cores.ts'
import { watchOthers } from '../others.ts'
import { percentile } from '../percentile.ts'
import { formatFigure, isMissed, type Figure } from '../rtdb/figure.ts'
import { startProgram, startServer, type BenchProcess } from '../serverProcess.ts'
import { serviceEnv, type Whereabouts } from '../stage.ts'

const USAGE = `Measures how much a flood of logins slows GET /api/installs/current at the same instance.

Usage: npm run bench -- accounts [--seconds 6] [--rounds 7] [--logins 100]

  --seconds <n>   length of a slice; a round is a quiet one and a flooded one
  --rounds <n>
  --logins <n>    logins under way at any moment

The instance has one processor core, as a deployed one has; database, visitor and flood are processes of
their own on another. Required: p50 and p99 of the flooded slice are at most twice those of the quiet slice
before it, in the median of the rounds. Rounds in which other processes had more than 5 % of the processors'
time are left out. Exit code 1: that was missed, and the machine was quiet enough to say so.`

/**
 * An attack on logins must leave everybody else an instance that works: who comes at an ordinary moment
 * (p50) as well as who comes at a bad one (p99).
 */
const SLOWER_MAX = 2

/** Share of the processors' time: with more for others, a round says nothing of ours. */
const OTHERS_MAX = 0.05

/** With fewer rounds a median is chance. */
const ROUNDS_MIN = 3

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '7' },
    logins: { type: 'string', default: '100' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(USAGE)
else {
  const figures = await measure(values)
  for (const figure of figures) console.log(formatFigure(figure))
  if (figures.some(isMissed)) process.exitCode = 1
}

type Counts = Readonly<Record<number, number>>

/** How many ms each GET took. */
type Slice = readonly number[]

interface Round {
  readonly quiet: Slice
  readonly flooded: Slice
  /** Share of the processors' time that was others'. */
  readonly others: number
}

async function measure(options: typeof values): Promise<Figure[]> {
  const cores = separateCores()
  const visitorOf = (name: string) => `accounts/programs/${name}.ts`
  const programs = await compilePrograms([
    ...['servers/backends.ts', 'servers/probe.ts', 'servers/latchkey.ts'],
    ...['flood', 'visitor'].map(visitorOf),
  ])
  const started: BenchProcess[] = []
  const keep = <P extends BenchProcess>(one: P): P => {
    started.push(one)
    return one
  }
  const args = (program: string, ...rest: readonly string[]) => [
    ...['--import', programs.fileOf('servers/probe.ts')],
    ...[programs.fileOf(program), ...rest],
  ]
  try {
    // Neither the database's nor the flood's own work is the figure: the visitor has their core when it asks.
    const yielding = yieldingPrefix()
    const backends = keep(startProgram({ args: args('servers/backends.ts'), prefix: yielding }))
    const env = {
      ...serviceEnv(await backends.heard<Whereabouts>()),
      SMS_COUNTRIES: 'DE',
      SMS_SECRET: 'unused',
    }
    const { prefix } = cores
    const server = keep(await startServer({ args: args('servers/latchkey.ts'), env, prefix }))
    const port = String(server.port)
    const visitor = keep(startProgram({ args: args(visitorOf('visitor'), port) }))
    await visitor.heard()
    const flood = keep(
      startProgram({
        args: args(visitorOf('flood'), port, options.logins),
        prefix: yielding,
      }),
    )
    await flood.heard()
    const watch = () => watchOthers(started.map(({ pid }) => pid))
    const [seconds, rounds] = [Number(options.seconds), Number(options.rounds)]
    return await measureRounds({ visitor, flood, watch, seconds, rounds })
  } finally {
    await Promise.all(started.map((one) => one.stop()))
    programs.remove()
  }
}

async function measureRounds({
  visitor,
  flood,
  watch,
  seconds,
  rounds,
}: {
  readonly visitor: BenchProcess
  readonly flood: BenchProcess
  readonly watch: () => () => number
  readonly seconds: number
  readonly rounds: number
}): Promise<Figure[]> {
  const all: Round[] = []
  const counts: Record<number, number> = {}
  const visit = (length: number) => visitor.ask<Slice>(String(length))
  // Both warm: the native module is loaded, the code is compiled.
  flood.tell('on')
  await visit(2)
  await flood.ask('off')
  await visit(2)
  while (all.length < rounds) {
    const othersSince = watch()
    const quiet = await visit(seconds)
    flood.tell('on')
    // The line of those who wait is as long as it gets.
    await visit(1)
    const flooded = await visit(seconds)
    const round = { quiet, flooded, others: othersSince() }
    all.push(round)
    for (const [status, count] of Object.entries(await flood.ask<Counts>('off'))) {
      counts[Number(status)] = (counts[Number(status)] ?? 0) + count
    }
    console.error(`round ${all.length}: ${told(round)}`)
    // What is under way ends.
    await visit(2.5)
  }
  const floodedSeconds = rounds * (seconds + 1)
  const undisturbed = all.filter(({ others }) => others <= OTHERS_MAX)
  return [
    { what: '  rounds in which the machine did nothing else', value: undisturbed.length, unit: '' },
    ...[0.5, 0.99].flatMap((part) => compare(part, all, undisturbed)),
    ...Object.entries(counts).map(([status, count]) => ({
      what: `  logins of the flood answered ${status}`,
      value: count / floodedSeconds,
      unit: '/s',
    })),
  ]
}

function told({ quiet, flooded, others }: Round): string {
  const [before, during] = [quiet, flooded].map((ms) => {
    const [p50, p99] = [0.5, 0.99].map((part) => percentile(ms, part).toFixed(2))
    return `p50 ${p50} ms, p99 ${p99} ms, most ${Math.max(...ms).toFixed(1)} ms`
  })
  return `${before} quiet; ${during} in the flood; others had ${(others * 100).toFixed(1)} %`
}

/** Each flooded slice by the quiet one before it: the pace of a machine changes from round to round. */
function compare(part: number, all: readonly Round[], undisturbed: readonly Round[]): Figure[] {
  const isDoubtful = undisturbed.length < ROUNDS_MIN
  const rounds = isDoubtful ? all : undisturbed
  const without = rounds.map(({ quiet }) => percentile(quiet, part))
  const during = rounds.map(({ flooded }) => percentile(flooded, part))
  const ratios = during.map((ms, round) => ms / without[round]!)
  // Of an even number the worse of the two in the middle.
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)]!
  const name = `p${part * 100} of GET /api/installs/current`
  return [
    { what: `  ${name}, quiet`, value: percentile(without, 0.5), unit: 'ms' },
    { what: `  ${name}, during the flood`, value: percentile(during, 0.5), unit: 'ms' },
    { what: `  ${name}: flooded by quiet, best round`, value: Math.min(...ratios), unit: '×' },
    { what: `  ${name}: flooded by quiet, worst round`, value: Math.max(...ratios), unit: '×' },
    {
      what: `${name}: flooded by quiet, median`,
      value: median,
      unit: '×',
      atMost: SLOWER_MAX,
      isDoubtful,
    },
  ]
}
