import { cpuOf, METHODS, type Figures } from './figures.ts'

/** What a run must show. */
export interface Requirement {
  readonly what: string
  readonly limit: number
  readonly isAtMost: boolean
  readonly measured: number
  readonly isMet: boolean
}

const atLeast = (limit: number, what: string, measured: number): Requirement => ({
  what,
  limit,
  isAtMost: false,
  measured,
  isMet: measured >= limit,
})

const atMost = (limit: number, what: string, measured: number): Requirement => ({
  what,
  limit,
  isAtMost: true,
  measured,
  isMet: measured <= limit,
})

/** Ratios are of CPU time per request, so that more is faster; costs are the other way round. */
export function requirements(figures: Figures): Requirement[] {
  const { operations, imports, cache } = figures
  const { forged, tampered, warm, durable, registration } = operations
  return [
    ...METHODS.flatMap((method) => ofMethod(figures, method)),
    atMost(0, 'database reads for a forged key', forged.reads),
    atMost(0, 'database reads for a wrong signature', tampered.reads),
    atMost(0, 'database reads for an accepted warm request', warm.reads),
    atMost(0, 'database writes for an accepted warm request', warm.writes),
    atMost(0, 'database reads for a durable nonce', durable.reads),
    atMost(1, 'database writes for a durable nonce', durable.writes),
    atMost(2, 'database reads for a whole registration', registration.reads),
    atMost(3, 'database writes for a whole registration', registration.writes),
    atMost(150, `MB resident for ${cache.installs} cached installs`, cache.cachesMb),
    ...imports.map(({ node, bundle, packages }) =>
      atMost(0.5, `import of the bundle by its packages, Node ${node}`, bundle / packages),
    ),
  ]
}

function ofMethod({ load, verification }: Figures, method: (typeof METHODS)[number]) {
  const cpu = (name: Parameters<typeof cpuOf>[1]) => cpuOf(load[method], name)
  const ns = (name: string) => verification[method][name] ?? NaN
  return [
    atLeast(0.85, 'framework: by its hello', cpu('frameworkHello') / cpu('oursFramework')),
    atLeast(1.7, 'node:http: by the npm assembly in Express', cpu('npmAssembly') / cpu('ours')),
    atLeast(1, 'node:http: by the Express hello', cpu('express') / cpu('ours')),
    atMost(1, 'cost of a wrong signature by an accepted one', cpu('tampered') / cpu('ours')),
    atMost(1, 'cost of a forged key by an accepted one', cpu('forged') / cpu('ours')),
    atMost(3, 'verification alone: cost by the floor', ns('latchkey') / ns('floor')),
    atLeast(
      4,
      'verification alone: by http-message-signatures',
      speedup('http-message-signatures'),
    ),
    atLeast(6, 'verification alone: by http-message-sig', speedup('http-message-sig')),
    atMost(
      0.5,
      'verification alone: cost of a forged key by a genuine one',
      ns('latchkey, forged key') / ns('latchkey'),
    ),
  ].map((requirement) => ({ ...requirement, what: `${method} ${requirement.what}` }))

  function speedup(other: string): number {
    return ns(other) / ns('latchkey')
  }
}
