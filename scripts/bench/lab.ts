import { compilePrograms } from './compile.ts'
import {
  startProgram,
  startServer,
  type BenchProcess,
  type BenchServer,
  type ProgramOptions,
  type Usage,
} from './serverProcess.ts'

/** Where the programs of a bench run, each in a process of its own that can be asked for its `usage`. */
export interface Lab {
  /** Starts a program by its source, below scripts/bench. */
  start(source: string, options?: LabOptions): BenchProcess
  /** Starts one that listens on `PORT`, and waits until it does. */
  startServer(source: string, options?: LabOptions): Promise<BenchServer>
  /** Ends all of them. */
  close(): Promise<void>
}

export interface LabOptions extends Pick<ProgramOptions, 'env' | 'prefix'> {
  /** For the program. */
  readonly args?: readonly string[]
  /** For `node`. */
  readonly flags?: readonly string[]
}

export async function openLab(sources: readonly string[]): Promise<Lab> {
  const compiled = await compilePrograms([...sources, PROBE])
  const started: BenchProcess[] = []
  const keep = <P extends BenchProcess>(child: P): P => {
    started.push(child)
    return child
  }
  const optionsOf = (source: string, { args = [], flags = [], ...rest }: LabOptions) => ({
    ...rest,
    args: [...flags, '--import', compiled.fileOf(PROBE), compiled.fileOf(source), ...args],
  })
  return {
    start: (source, options = {}) => keep(startProgram(optionsOf(source, options))),
    startServer: async (source, options = {}) =>
      keep(await startServer(optionsOf(source, options))),
    close: async () => {
      await Promise.all(started.map((child) => child.stop()))
      compiled.remove()
    },
  }
}

const PROBE = 'servers/probe.ts'

/** Microseconds of CPU that a process has used so far. */
export async function cpuOf(child: BenchProcess): Promise<number> {
  const { user, system } = await child.ask<Usage>('usage')
  return user + system
}
