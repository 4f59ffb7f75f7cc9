import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { inCheckout } from '../local/checkout.ts'
import { loopbackEnv } from '../local/loopbackEnv.ts'
import { anyFreePort } from '../local/ports.ts'

/** What a process has used since it started. */
export interface Usage {
  /** Microseconds of CPU time. */
  readonly user: number
  readonly system: number
  /** Bytes. */
  readonly rss: number
}

export interface BenchProcess {
  readonly pid: number
  /** Sends a message to the program. */
  tell(message: string): void
  /** Sends it and waits for what the program sends back. */
  ask<T>(message: string): Promise<T>
  /** The program's next message. */
  heard<T>(): Promise<T>
  stop(): Promise<void>
}

export interface BenchServer extends BenchProcess {
  readonly port: number
}

export interface ProgramOptions {
  /** Arguments of `node`. */
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What stands before `node` on the command line. */
  readonly prefix?: readonly string[]
}

/** Starts a Node program that can be spoken to. What it prints on stdout is dropped. */
export function startProgram({ args, env = {}, prefix = [] }: ProgramOptions): BenchProcess {
  const [command = '', ...rest] = [...prefix, process.execPath, ...args]
  const child = spawn(command, rest, {
    cwd: inCheckout(),
    env: { ...loopbackEnv(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const heard = async <T>(): Promise<T> => (await nextMessage(child)) as T
  return {
    pid: child.pid!,
    tell: (message) => void child.send(message),
    heard,
    ask: (message) => {
      const answer = heard<never>()
      child.send(message)
      return answer
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      // Closing the channel ends every program of the bench.
      child.disconnect()
      await exited
    },
  }
}

/** Starts a server that listens on `PORT`, and waits until it does. */
export async function startServer(options: ProgramOptions): Promise<BenchServer> {
  const port = await anyFreePort()
  const started = startProgram({ ...options, env: { ...options.env, PORT: String(port) } })
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries === 300) throw new Error(`No server answers: ${options.args.join(' ')}`)
    await sleep(50)
  }
  return { ...started, port }
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const done = new AbortController()
  const { signal } = done
  try {
    const [first] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => [new Error(`${child.spawnargs.join(' ')} ended`)]),
    ])) as unknown[]
    if (first instanceof Error) throw first
    return first
  } finally {
    done.abort()
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
