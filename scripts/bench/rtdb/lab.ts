import { compilePrograms } from '../compile.ts'
import { startProgram, type BenchProcess, type Usage } from '../serverProcess.ts'

/** Where the programs of this bench run, each in a process of its own. */
export interface Lab {
  /** Starts a program of `programs/`; it can be asked for its `usage`. */
  start(program: string, ...args: string[]): BenchProcess
  /** Ends all of them. */
  close(): Promise<void>
}

const PROGRAMS = ['server', 'bareServer', 'writer', 'inProcess', 'tree']

export async function openLab(): Promise<Lab> {
  const sourceOf = (program: string): string => `rtdb/programs/${program}.ts`
  const compiled = await compilePrograms([...PROGRAMS.map(sourceOf), 'servers/probe.ts'])
  const probe = ['--import', compiled.fileOf('servers/probe.ts')]
  const started: BenchProcess[] = []
  return {
    start: (program, ...args) => {
      const child = startProgram({ args: [...probe, compiled.fileOf(sourceOf(program)), ...args] })
      started.push(child)
      return child
    },
    close: async () => {
      await Promise.all(started.map((child) => child.stop()))
      compiled.remove()
    },
  }
}

/** Microseconds of CPU that a process has used so far. */
export async function cpuOf(child: BenchProcess): Promise<number> {
  const { user, system } = await child.ask<Usage>('usage')
  return user + system
}
