import { setTimeout as sleep } from 'node:timers/promises'
import type { Operations } from '../../../rtdb/src/index.ts'
import type { Cores } from '../cores.ts'
import type { Lab } from '../lab.ts'
import { watchOthers } from '../others.ts'
import type { Figure } from '../rtdb/figure.ts'
import type { BenchProcess } from '../serverProcess.ts'
import { slowdown } from '../slowdown.ts'
import { serviceEnv, type Whereabouts } from '../stage.ts'
import { doubtOf } from './doubt.ts'
import { PROGRAMS } from './programs.ts'

const REGISTRATIONS = 10_000

/** A thousand a second at one instance; and a whole flood meets one minute's budget. */
const SECONDS = 10

const ROUNDS = 2
const MINUTE_MS = 60_000

/** STRANGER_REGISTRATIONS_PER_MINUTE by default, and one flush of usage. */
const WRITES_MAX = 300 + 1

const SLOWER_MAX = 2

/** What 10,000 registrations from 100 addresses write, and how much they slow signed requests of others. */
export async function floodFigures(lab: Lab, { prefix }: Cores): Promise<Figure[]> {
  const backends = lab.start(PROGRAMS.backends)
  const env = {
    ...serviceEnv(await backends.heard<Whereabouts>()),
    // As deployed, since it is the limits that this is about.
    REGISTRATIONS_PER_MINUTE_PER_IP: '60',
    STRANGER_REGISTRATIONS_PER_SECOND: '5',
    TRUSTED_PROXY_HOPS: '1',
  }
  const service = await lab.startServer(PROGRAMS.service, { env, prefix })
  const port = String(service.port)
  const visitor = lab.start(PROGRAMS.visitor, { args: [port] })
  await visitor.heard()
  // The last to get the core that it shares with the visitor: the flood's own work is not the figure.
  const flood = lab.start(PROGRAMS.registrations, {
    args: [port, String(REGISTRATIONS), String(SECONDS)],
    prefix: ['nice', '-n', '19'],
  })
  await flood.heard()
  return measure({ backends, service, visitor, flood })
}

interface Processes {
  readonly backends: BenchProcess
  readonly service: BenchProcess
  readonly visitor: BenchProcess
  readonly flood: BenchProcess
}

type Counts = Readonly<Record<number, number>>

async function measure({ backends, service, visitor, flood }: Processes): Promise<Figure[]> {
  const visit = () => visitor.ask<number[]>(String(SECONDS))
  const slices = { quiet: [] as number[][], busy: [] as number[][] }
  const spent: Operations[] = []
  const answers: Counts[] = []
  // Both are warm before the first slice that counts.
  await Promise.all([visit(), flood.ask('flood')])
  const othersSince = watchOthers([backends.pid, service.pid, visitor.pid, flood.pid])
  for (let round = 0; round < ROUNDS; round += 1) {
    slices.quiet.push(await visit())
    await beginningOfMinute()
    backends.tell('reset')
    const [times, counts] = await Promise.all([visit(), flood.ask<Counts>('flood')])
    slices.busy.push(times)
    answers.push(counts)
    spent.push(await backends.ask<Operations>('operations'))
  }
  const { isDoubtful, figure } = doubtOf(othersSince())
  const writes = Math.max(...spent.map(({ writes }) => writes))
  return [
    {
      what: `writes for ${REGISTRATIONS} registrations from 100 addresses`,
      value: writes,
      unit: '',
      atMost: WRITES_MAX,
    },
    ...statusFigures(answers.at(-1)!),
    ...[0.5, 0.99].flatMap((part) =>
      slowdown('GET /api/installs/current', part, slices, { atMost: SLOWER_MAX, isDoubtful }),
    ),
    figure,
  ]
}

const statusFigures = (counts: Counts): Figure[] =>
  Object.entries(counts).map(([status, count]) => ({
    what: `  answered ${status}`,
    value: count,
    unit: '',
  }))

/** A little later, since the clocks of the limits are read a little later as well. */
const beginningOfMinute = (): Promise<void> => sleep(MINUTE_MS - (Date.now() % MINUTE_MS) + 500)
