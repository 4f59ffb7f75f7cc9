import { parseArgs } from 'node:util'
import { compilePrograms } from '../compile.ts'
import { separateCores, yieldingPrefix } from '../cores.ts'
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
before it, in the median of the rounds. Exit code 1: that was missed, and the machine was quiet enough to
say so.`

/**
 * An attack on logins must leave everybody else an instance that works: who comes at an ordinary moment
 * (p50) as well as who comes at a bad one (p99).
 */
const SLOWER_MAX = 2

/** p99 of one quiet slice by that of another: above it, other processes have the core as well. */
const SPREAD_MAX = 2

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

interface Slice {
  /** Of each GET. */
  readonly ms: readonly number[]
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
    return await measureSlices(visitor, flood, Number(options.seconds), Number(options.rounds))
  } finally {
    await Promise.all(started.map((one) => one.stop()))
    programs.remove()
  }
}

async function measureSlices(
  visitor: BenchProcess,
  flood: BenchProcess,
  seconds: number,
  rounds: number,
): Promise<Figure[]> {
  const quiet: Slice[] = []
  const flooded: Slice[] = []
  const counts: Record<number, number> = {}
  const visit = async (length: number): Promise<Slice> => ({
    ms: await visitor.ask<number[]>(String(length)),
  })
  // Both warm: the native module is loaded, the code is compiled.
  flood.tell('on')
  await visit(2)
  await flood.ask('off')
  await visit(2)
  for (let round = 0; round < rounds; round += 1) {
    quiet.push(await visit(seconds))
    flood.tell('on')
    // The line of those who wait is as long as it gets.
    await visit(1)
    flooded.push(await visit(seconds))
    for (const [status, count] of Object.entries(await flood.ask<Counts>('off'))) {
      counts[Number(status)] = (counts[Number(status)] ?? 0) + count
    }
    console.error(`round ${round + 1}: ${told(quiet)} quiet, ${told(flooded)} during the flood`)
    // What is under way ends.
    await visit(2.5)
  }
  const floodedSeconds = rounds * (seconds + 1)
  return [
    ...[0.5, 0.99].flatMap((part) => compare(part, quiet, flooded)),
    ...Object.entries(counts).map(([status, count]) => ({
      what: `  logins of the flood answered ${status}`,
      value: count / floodedSeconds,
      unit: '/s',
    })),
  ]
}

/** The latest slice, in short. */
function told(slices: readonly Slice[]): string {
  const { ms } = slices.at(-1)!
  const [p50, p99] = [0.5, 0.99].map((part) => percentile(ms, part).toFixed(2))
  return `p50 ${p50} ms, p99 ${p99} ms, most ${Math.max(...ms).toFixed(1)} ms`
}

/** Each flooded slice by the quiet one before it: what else the machine does changes from round to round. */
function compare(part: number, quiet: readonly Slice[], flooded: readonly Slice[]): Figure[] {
  const of = (slices: readonly Slice[]) => slices.map(({ ms }) => percentile(ms, part))
  const [without, during] = [of(quiet), of(flooded)]
  const ratios = during.map((ms, round) => ms / without[round]!)
  const spread = percentile(without, 0.75) / percentile(without, 0.25)
  const name = `p${part * 100} of GET /api/installs/current`
  return [
    { what: `  ${name}, quiet`, value: percentile(without, 0.5), unit: 'ms' },
    { what: `  ${name}, during the flood`, value: percentile(during, 0.5), unit: 'ms' },
    { what: `  ${name}: flooded by quiet, best round`, value: Math.min(...ratios), unit: '×' },
    { what: `  ${name}: flooded by quiet, worst round`, value: Math.max(...ratios), unit: '×' },
    {
      what: `${name}: flooded by quiet, median`,
      value: percentile(ratios, 0.5),
      unit: '×',
      atMost: SLOWER_MAX,
      isDoubtful: spread > SPREAD_MAX,
    },
  ]
}
