import {
  cpuOf,
  faults,
  METHODS,
  rowFigures,
  spread,
  SPREAD_MAX,
  type Figures,
  type Method,
} from './figures.ts'
import { requirements } from './requirements.ts'
import { ROWS } from './rows.ts'

/** The whole report as text. */
export function report(figures: Figures, { cores }: { cores: string }): string {
  return [
    `Node ${process.version}; ${cores}.`,
    ...METHODS.flatMap((method) => [
      '',
      ...servers(figures, method),
      shareOfForged(figures, method),
    ]),
    '',
    ...verifications(figures),
    '',
    ...registrations(figures),
    ...imported(figures),
    '',
    ...required(figures),
    '',
    ...faults(figures).map((fault) => `Failed: ${fault}`),
    verdictOnNoise(spread(figures)),
  ].join('\n')
}

/** The servers alone, where only some were measured. */
export function reportLoad(load: Figures['load']): string {
  return METHODS.filter((method) => Object.keys(load[method]).length > 0)
    .flatMap((method) => servers({ load }, method))
    .concat(faults({ load }).map((fault) => `Failed: ${fault}`))
    .join('\n')
}

const WHAT = {
  GET: 'GET /api/installs/current',
  POST: 'POST of 256 bytes with digest',
} as const

function servers({ load }: Pick<Figures, 'load'>, method: Method): string[] {
  const measured = load[method]
  const head = row([WHAT[method], 'CPU µs', 'req/s', 'p50 ms', 'p99 ms', 'MB'])
  const lines = ROWS.flatMap(({ name, title }) => {
    const slices = measured[name]
    if (slices === undefined) return []
    if (typeof slices === 'string') return [`  ${title}: failed`]
    const { cpuMicros, perSecond, p50, p99, residentMb } = rowFigures(slices)
    const cells = [cpuMicros.toFixed(1), perSecond, p50, p99, residentMb].map((cell) =>
      typeof cell === 'string' ? cell : String(Math.round(cell)),
    )
    return [row([`  ${title}`, ...cells])]
  })
  return [head, ...lines]
}

function shareOfForged({ load }: Figures, method: Method): string {
  const measured = load[method]
  const cpu = (name: Parameters<typeof cpuOf>[1]) => cpuOf(measured, name) - cpuOf(measured, 'bare')
  const share = (cpu('forged') / cpu('ours')).toFixed(2)
  return `  a forged key by an accepted request, each less the bare row: ${share}`
}

function verifications({ verification }: Figures): string[] {
  const names = Object.keys(verification.GET)
  return [
    row(['Verification alone', ...METHODS.map((method) => `${method} µs`)]),
    ...names.map((name) =>
      row([
        `  ${name}`,
        ...METHODS.map((method) => ((verification[method][name] ?? NaN) / 1000).toFixed(2)),
      ]),
    ),
  ]
}

function registrations({ operations: { registration } }: Figures): string[] {
  const { reads, writes, cpuMicros, p50, p99 } = registration
  const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  return [
    `Registration, both steps: ${reads} reads, ${writes} writes, ${Math.round(cpuMicros)} µs of CPU, ${times}`,
  ]
}

function imported({ imports }: Figures): string[] {
  return imports.map(
    ({ node, bundle, packages }) =>
      `Import under Node ${node}: bundle ${Math.round(bundle)} ms of CPU, its packages ${Math.round(packages)} ms`,
  )
}

function required(figures: Figures): string[] {
  return [
    ['Required'.padEnd(70), 'limit'.padStart(8), 'measured'.padStart(9)].join(' '),
    ...requirements(figures).map(({ what, limit, isAtMost, measured, isMet }) =>
      [
        `  ${what}`.padEnd(70),
        `${isAtMost ? '≤' : '≥'} ${limit}`.padStart(8),
        (Math.round(measured * 100) / 100).toString().padStart(9),
        isMet ? ' pass' : ' FAIL',
      ].join(' '),
    ),
  ]
}

function verdictOnNoise(factor: number): string {
  const told = `The bare server's slowest slice took ${factor.toFixed(2)} times the CPU of its fastest.`
  return factor > SPREAD_MAX ? `${told} Above ${SPREAD_MAX}: this run is noisy.` : told
}

function row([title = '', ...cells]: readonly string[]): string {
  return title.padEnd(42) + cells.map((cell) => cell.padStart(9)).join('')
}
