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

/**
 * What to put before a program that must take nothing from others on its core, by `chrt` (util-linux). A
 * nice one would keep them waiting: since Linux 6.6 whoever has a core keeps it for about 3 ms.
 */
export function yieldingPrefix(): readonly string[] {
  const prefix = ['chrt', '--idle', '0']
  try {
    execFileSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' })
    return prefix
  } catch {
    return ['nice', '-n', '19']
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
