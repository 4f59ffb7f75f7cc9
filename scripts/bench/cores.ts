import { execFileSync } from 'node:child_process'

/** Which processor core runs what, so that the load generator takes nothing from the server. */
export interface Cores {
  /** What to put before a server's command line. */
  readonly prefix: readonly string[]
  /** In words, for the report. */
  readonly description: string
}

/** Puts this process on the first core it may use and servers on the second, by `taskset` (util-linux). */
export function separateCores(): Cores {
  try {
    const pid = String(process.pid)
    const cores = listed(taskset(['-c', '-p', pid]))
    if (cores.length < 2) return { prefix: [], description: 'one core for server and load' }
    taskset(['-a', '-c', '-p', String(cores[0]), pid])
    return {
      prefix: ['taskset', '-c', String(cores[1])],
      description: `server on core ${cores[1]}, load on core ${cores[0]}`,
    }
  } catch {
    return { prefix: [], description: 'cores chosen by the system (no taskset)' }
  }
}

const taskset = (args: readonly string[]): string =>
  execFileSync('taskset', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** `… affinity list: 0,2-4` */
function listed(line: string): number[] {
  const ranges = line.trim().split(' ').at(-1)!.split(',')
  return ranges.flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}
