import { readFileSync } from 'node:fs'

/** Clock ticks. */
interface Times {
  /** Of all processors, idle or not. */
  readonly all: number
  readonly busy: number
  readonly own: number
}

/**
 * Watches what the machine does besides these processes and this one.
 * @returns tells the share of the processors' time (0 to 1) that others have had since; 0 where there is
 * no `/proc` to tell it
 */
export function watchOthers(pids: readonly number[]): () => number {
  const start = timesOf(pids)
  return () => {
    const now = timesOf(pids)
    const others = now.busy - start.busy - (now.own - start.own)
    return Math.max(0, others / (now.all - start.all)) || 0
  }
}

function timesOf(pids: readonly number[]): Times {
  try {
    // proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    const line = readFileSync('/proc/stat', 'latin1').split('\n')[0]!
    const fields = line.trim().split(/ +/).slice(1, 9).map(Number)
    const all = fields.reduce((sum, ticks) => sum + ticks, 0)
    const [, , , idle = 0, waiting = 0] = fields
    const own = [process.pid, ...pids].reduce((sum, pid) => sum + ticksOf(pid), 0)
    return { all, busy: all - idle - waiting, own }
  } catch {
    return { all: 0, busy: 0, own: 0 }
  }
}

/** `utime` and `stime`, the 14th and 15th field; the second is a name in brackets. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
