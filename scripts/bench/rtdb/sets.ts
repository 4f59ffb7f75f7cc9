import { cpuOf, type Lab } from '../lab.ts'
import { percentile } from '../percentile.ts'
import type { BenchProcess } from '../serverProcess.ts'
import type { Figure } from './figure.ts'
import { PROGRAMS } from './programs.ts'
import type { Written } from './programs/writer.ts'

const ROUNDS = 7
const SETS = 10_000
const RULES = `{"rules": {"sets": {"$key": {
  ".write": "auth.uid === 'writer'", ".validate": "newData.hasChildren(['n', 'at'])"
}}}}`

/** Small sets over loopback, judged by rules: with the Admin SDK, by hand, and by hand to a server that only acknowledges. */
export async function setFigures(lab: Lab): Promise<Figure[]> {
  const ours = lab.start(PROGRAMS.server, { args: [RULES] })
  const bare = lab.start(PROGRAMS.bareServer)
  const [url, bareUrl] = [await ours.heard<string>(), await bare.heard<string>()]
  const sdk = await pairOf(ours, lab.start(PROGRAMS.writer, { args: ['sdk', url] }))
  const wire = await pairOf(ours, lab.start(PROGRAMS.writer, { args: ['wire', url] }))
  const floor = await pairOf(bare, lab.start(PROGRAMS.writer, { args: ['wire', bareUrl] }))
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    for (const pair of [sdk, wire, floor]) {
      const slice = await measure(pair)
      if (round >= WARM_UP) pair.slices.push(slice)
    }
  }
  const server = cpu(sdk, 'server')
  const client = cpu(sdk, 'client')
  return [
    { what: 'sets acknowledged, one Admin SDK client', ...rate(sdk), atLeast: 5000 },
    { what: '  CPU per set: server', value: server, unit: 'µs' },
    { what: '  CPU per set: SDK', value: client, unit: 'µs' },
    { what: '  share spent in the SDK', value: (100 * client) / (client + server), unit: '%' },
    { what: 'sets acknowledged, a client by hand', ...rate(wire) },
    { what: '  CPU per set: server', value: cpu(wire, 'server'), unit: 'µs' },
    { what: 'the same to a WebSocket server that only acknowledges', ...rate(floor) },
    { what: '  CPU per set: server', value: cpu(floor, 'server'), unit: 'µs' },
  ]
}

/** The compiler has seen enough after two. */
const WARM_UP = 2

interface Pair {
  readonly server: BenchProcess
  readonly client: BenchProcess
  readonly slices: Slice[]
}

interface Slice {
  readonly perSecond: number
  /** Microseconds of CPU a set. */
  readonly server: number
  readonly client: number
}

async function pairOf(server: BenchProcess, client: BenchProcess): Promise<Pair> {
  await client.heard()
  return { server, client, slices: [] }
}

async function measure({ server, client }: Pair): Promise<Slice> {
  const used = await cpuOf(server)
  const { seconds, cpu } = await client.ask<Written>(String(SETS))
  const ours = (await cpuOf(server)) - used
  return { perSecond: SETS / seconds, server: ours / SETS, client: cpu / SETS }
}

/** Other processes make a slice slower, never faster. */
const rate = ({ slices }: Pair) => ({
  value: percentile(
    slices.map(({ perSecond }) => perSecond),
    0.75,
  ),
  unit: '/s',
})

const cpu = ({ slices }: Pair, side: 'server' | 'client'): number =>
  percentile(
    slices.map((slice) => slice[side]),
    0.25,
  )
