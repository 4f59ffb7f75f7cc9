import { parseArgs } from 'node:util'
import type { AppCheckMicros } from './programs/appCheck.ts'
import type { DecryptionMicros } from './programs/decryption.ts'
import { compilePrograms } from '../compile.ts'
import { separateCores, yieldingPrefix } from '../cores.ts'
import { load, type Slice } from '../load.ts'
import { watchOthers } from '../others.ts'
import { percentile } from '../percentile.ts'
import { signPool, type PooledRequest } from '../pool.ts'
import { formatFigure, isMissed, type Figure } from '../rtdb/figure.ts'
import { startProgram, startServer, type BenchProcess, type BenchServer } from '../serverProcess.ts'
import { serviceEnv, type Whereabouts } from '../stage.ts'

const USAGE = `Measures the gateway beside Express with http-proxy-middleware, in CPU time per request, and what it costs
to verify an App Check token.

Usage: npm run bench -- gateway [--seconds 1] [--rounds 7]

  --seconds <n>   length of a slice
  --rounds <n>    rounds; each loads every server in turn

All forward to the same upstream over kept connections, but for the middleware as it is documented, which
makes a connection for each request. Ours verifies a signature first; the middleware verifies nothing. The
servers have a processor core of their own. Exit code 1: a requirement was missed, and the machine was quiet
enough to say so.`

/** What the gateway must be worth to somebody who has the middleware. */
const PASSED_MIN = 3
const KEPT_MIN = 5

/**
 * A declared upstream must cost those nothing that do not call it. Each is measured in two equal processes;
 * when these differ by more than this, the figure says nothing.
 */
const UNUSED_MAX = 1.05

/** Microseconds for a token, with the key set in memory. */
const APP_CHECK_MAX = 80

/** A decrypted body of 1 KiB, by the operation with the private key alone. */
const DECRYPTED_MAX = 1.2

/** Share of the processors' time that may be others'. */
const OTHERS_MAX = 0.05

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
})

const ROWS = {
  middleware: 'Express + http-proxy-middleware, as it is documented',
  keepAlive: 'Express + http-proxy-middleware, connections kept',
  passed: 'the gateway, verified and passed through',
  kept: 'the gateway, verified and answered from its cache',
  guard: 'GET /api/installs/current, no upstream declared',
  guardAgain: 'the same in another process',
  guardBeside: 'GET /api/installs/current, an upstream declared',
  guardBesideAgain: 'the same in another process',
} as const
type Row = keyof typeof ROWS
const NAMES = Object.keys(ROWS) as Row[]

/** What each is asked. */
const PATHS: Readonly<Record<Row, string>> = {
  middleware: '/api/proxy/bench/passed/1',
  keepAlive: '/api/proxy/bench/passed/1',
  passed: '/api/proxy/bench/passed/1',
  kept: '/api/proxy/bench/kept/1',
  guard: '/api/installs/current',
  guardAgain: '/api/installs/current',
  guardBeside: '/api/installs/current',
  guardBesideAgain: '/api/installs/current',
}

/** Enough for a fresh process to have compiled what it runs. */
const WARM_UP = 10_000

/** More than any row answers in a second. */
const PER_SECOND_MAX = 16_000

/** Signed, each once, whoever is asked: so all read the same bytes. */
const poolFor = (row: Row, count: number): Promise<PooledRequest[]> =>
  signPool({ method: 'GET', path: PATHS[row], bodyBytes: 0 }, 'signed', count)

const slice = (
  server: BenchServer,
  pool: readonly PooledRequest[],
  seconds: number,
): Promise<Slice> => load(server, pool, { seconds, status: 200, isOnce: true })

if (values.help) console.log(USAGE)
else {
  const figures = await measure(Number(values.seconds), Number(values.rounds))
  for (const figure of figures) console.log(formatFigure(figure))
  if (figures.some(isMissed)) process.exitCode = 1
}

async function measure(seconds: number, rounds: number): Promise<Figure[]> {
  const cores = separateCores()
  const programOf = (name: string) => `gateway/programs/${name}.ts`
  const programs = await compilePrograms([
    ...['servers/backends.ts', 'servers/probe.ts', 'servers/latchkey.ts'],
    ...['upstream', 'proxyMiddleware', 'latchkeyGateway', 'appCheck', 'decryption'].map(programOf),
  ])
  const started: BenchProcess[] = []
  const keep = <P extends BenchProcess>(one: P): P => {
    started.push(one)
    return one
  }
  const args = (program: string) => [
    ...['--import', programs.fileOf('servers/probe.ts'), programs.fileOf(program)],
  ]
  try {
    const yielding = yieldingPrefix()
    const backends = keep(startProgram({ args: args('servers/backends.ts'), prefix: yielding }))
    const upstream = keep(await startServer({ args: args(programOf('upstream')) }))
    const env = {
      ...serviceEnv(await backends.heard<Whereabouts>()),
      SMS_SECRET: 'unused',
      BENCH_UPSTREAM: `http://127.0.0.1:${upstream.port}`,
    }
    const server = async (program: string, more: Readonly<Record<string, string>> = {}) =>
      keep(
        await startServer({ args: args(program), env: { ...env, ...more }, prefix: cores.prefix }),
      )
    const gateway = await server(programOf('latchkeyGateway'))
    const servers: Readonly<Record<Row, BenchServer>> = {
      middleware: await server(programOf('proxyMiddleware')),
      keepAlive: await server(programOf('proxyMiddleware'), { BENCH_KEEP_ALIVE: 'true' }),
      passed: gateway,
      kept: gateway,
      guard: await server('servers/latchkey.ts'),
      guardAgain: await server('servers/latchkey.ts'),
      guardBeside: await server(programOf('latchkeyGateway')),
      guardBesideAgain: await server(programOf('latchkeyGateway')),
    }
    const figures = await measureRounds(
      servers,
      () => watchOthers(started.map(({ pid }) => pid)),
      seconds,
      rounds,
    )
    const appCheck = keep(startProgram({ args: args(programOf('appCheck')), prefix: cores.prefix }))
    const token = appCheckFigures(await appCheck.heard<AppCheckMicros>())
    const decryption = keep(
      startProgram({ args: args(programOf('decryption')), prefix: cores.prefix }),
    )
    const bodies = decryptionFigures(await decryption.heard<DecryptionMicros>())
    return [...figures, ...token, ...bodies]
  } finally {
    await Promise.all(started.map((one) => one.stop()))
    programs.remove()
  }
}

async function measureRounds(
  servers: Readonly<Record<Row, BenchServer>>,
  watch: () => () => number,
  seconds: number,
  rounds: number,
): Promise<Figure[]> {
  for (const row of NAMES) await slice(servers[row], await poolFor(row, WARM_UP), 60)
  const micros = Object.fromEntries(NAMES.map((row) => [row, []])) as unknown as Record<
    Row,
    number[]
  >
  const others: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? NAMES : [...NAMES].reverse()
    for (const row of order) {
      const pool = await poolFor(row, PER_SECOND_MAX * seconds)
      const othersSince = watch()
      micros[row].push((await slice(servers[row], pool, seconds)).cpuMicros)
      others.push(othersSince())
    }
  }
  return figuresOf(micros, percentile(others, 0.5) > OTHERS_MAX)
}

function appCheckFigures({ ours, jose }: AppCheckMicros): Figure[] {
  // CPU time of one process: what else the machine does adds little, and only to some rounds.
  const of = (micros: readonly number[]) => percentile(micros, 0.25)
  return [
    { what: "  an App Check token by jose's own jwtVerify", value: of(jose), unit: 'µs' },
    {
      what: 'an App Check token, verified with a warm key set',
      value: of(ours),
      unit: 'µs',
      atMost: APP_CHECK_MAX,
    },
  ]
}

/** A ratio of what should be equal, whichever is the larger. */
function apart(ratio: number): number {
  return Math.max(ratio, 1 / ratio)
}

/** Medians of one process: what else the machine does is in both sides of a ratio. */
function decryptionFigures(micros: DecryptionMicros): Figure[] {
  const of = (name: keyof DecryptionMicros) => percentile(micros[name], 0.5)
  const row = (what: string, name: keyof DecryptionMicros): Figure => ({
    ...{ what: `  ${what}`, value: of(name), unit: 'µs' },
  })
  const ratio = (what: string, name: 'ec' | 'rsa', by: keyof DecryptionMicros): Figure => ({
    ...{ what, value: of(name) / of(by), unit: '×' },
  })
  return [
    row('1 KiB by ECDH-ES+A256KW, decrypted', 'ec'),
    row("  by jose's own compactDecrypt", 'ecJose'),
    row('  the exchange itself: the key of the message read, and the secret agreed', 'ecFloor'),
    row('  the exchange with a key that has been read', 'ecBare'),
    row('1 KiB by RSA-OAEP-256 of 3072 bits, decrypted', 'rsa'),
    row("  by jose's own compactDecrypt", 'rsaJose'),
    row('  the operation itself', 'rsaFloor'),
    {
      ...ratio('a decrypted body by ECDH-ES, by the exchange itself', 'ec', 'ecFloor'),
      atMost: DECRYPTED_MAX,
    },
    {
      ...ratio('a decrypted body by RSA, by the operation itself', 'rsa', 'rsaFloor'),
      atMost: DECRYPTED_MAX,
    },
    ratio('  a decrypted body by ECDH-ES, by the exchange with a read key', 'ec', 'ecBare'),
  ]
}

function figuresOf(
  micros: Readonly<Record<Row, readonly number[]>>,
  isDoubtful: boolean,
): Figure[] {
  // The quieter slices: what else the machine does only adds.
  const of = (row: Row) => percentile(micros[row], 0.25)
  // By rounds: what else the machine does weighs on the servers of one round alike.
  const paired = (one: readonly Row[], other: readonly Row[]) =>
    percentile(
      micros.guard.map((_, round) => sumOf(one, round) / sumOf(other, round)),
      0.5,
    )
  const sumOf = (rows: readonly Row[], round: number) =>
    rows.reduce((sum, row) => sum + micros[row][round]!, 0)
  const noise = Math.max(
    apart(paired(['guard'], ['guardAgain'])),
    apart(paired(['guardBeside'], ['guardBesideAgain'])),
  )
  const unused = paired(['guardBeside', 'guardBesideAgain'], ['guard', 'guardAgain'])
  const ratio = (
    what: string,
    value: number,
    limit: Pick<Figure, 'atMost' | 'atLeast'>,
  ): Figure => ({
    ...{ what, value, unit: '×', isDoubtful },
    ...limit,
  })
  return [
    ...NAMES.map((row) => ({ what: `  ${ROWS[row]}`, value: of(row), unit: 'µs' })),
    ratio('passed through: throughput per CPU by the middleware', of('middleware') / of('passed'), {
      atLeast: PASSED_MIN,
    }),
    ratio('from the cache: throughput per CPU by the middleware', of('middleware') / of('kept'), {
      atLeast: KEPT_MIN,
    }),
    ratio(
      '  passed through, by the middleware with kept connections',
      of('keepAlive') / of('passed'),
      {},
    ),
    ratio(
      '  from the cache, by the middleware with kept connections',
      of('keepAlive') / of('kept'),
      {},
    ),
    ratio('  two equal processes differ by at most', noise, {}),
    {
      ...ratio('the guard with an upstream declared, by without', unused, { atMost: UNUSED_MAX }),
      isDoubtful: isDoubtful || noise > UNUSED_MAX,
    },
  ]
}
