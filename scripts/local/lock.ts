import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Lock {
  release: () => void
}

/** Makes this process the only holder of `file`, or tells who holds it: `{ heldBy: <process ID> }`. */
export function takeLock(file: string): Lock | { heldBy: number } {
  mkdirSync(dirname(file), { recursive: true })
  for (;;) {
    try {
      // 'wx' makes the file or fails, in one step, so that of two at once only one goes on.
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
      return { release: () => rmSync(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = Number(readFileSync(file, 'utf8'))
    if (isAlive(holder)) return { heldBy: holder }
    rmSync(file, { force: true }) // left behind by one that was killed
  }
}

/** Whether there is a process of that ID, ours or not. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
