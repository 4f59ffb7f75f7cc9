import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { urlInCheckout } from './checkout.ts'

export interface Child {
  name: string
  /** How it ended, in words. Never rejects. */
  exited: Promise<string>
  /** The end of what it printed, for an error message. */
  lastLines: () => string
  /** Asks it to end, and after `graceMs` ends it and all it has started. */
  stop: (graceMs?: number) => Promise<void>
}

export interface ChildOptions {
  name: string
  /** Arguments of `node`: options, the script and what it gets. */
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Everything it prints is added to this file. */
  logFile: string
  onLine?: (line: string) => void
}

const LAST_WORDS_MS = 1000

/** Starts a Node process in a process group of its own, so that it can be ended with all its children. */
export function startChild({ name, args, cwd, env, logFile, onLine }: ChildOptions): Child {
  const child = spawn(
    process.execPath,
    ['--import', urlInCheckout('scripts/local/lifeline.js'), ...args],
    {
      cwd,
      env,
      detached: true, // a group of its own; Ctrl-C in the terminal reaches only us, and we end it in order
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  const tail = collectLines(child, logFile, onLine)
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      killGroup(child) // whatever it has started and left
      const told = () =>
        resolve(`${name} ended ${signal ? `by ${signal}` : `with exit code ${code}`}`)
      // Not before its last words have been read; unless somebody who has left its group still holds its pipes.
      child.once('close', told)
      setTimeout(told, LAST_WORDS_MS).unref()
    })
  })
  return {
    name,
    exited,
    lastLines: () => tail.join('\n'),
    async stop(graceMs = 5000) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGINT')
      const impatience = setTimeout(() => killGroup(child), graceMs)
      await exited
      clearTimeout(impatience)
    },
  }
}

function collectLines(child: ChildProcess, logFile: string, onLine?: (line: string) => void) {
  const tail: string[] = []
  // At once: what is still to be written when we end would be lost, and that is what one looks for.
  const log = openSync(logFile, 'a')
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      writeSync(log, `${line}\n`)
      tail.push(line)
      if (tail.length > 30) tail.shift()
      onLine?.(line)
    })
  }
  child.once('close', () => closeSync(log))
  return tail
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody is left in the group.
  }
}
