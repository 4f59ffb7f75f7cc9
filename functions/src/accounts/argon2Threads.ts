import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

/** argon2id, off the thread that answers requests. */
export interface Argon2 {
  /** A PHC string. */
  hash(password: string): Promise<string>
  /** @param hash a PHC string */
  verify(hash: string, password: string): Promise<boolean>
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. `algorithm` 2 is argon2id. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/**
 * What a thread runs. On Linux a priority belongs to a thread: this one gets the processor when the
 * requests of the instance, which has perhaps one core, leave it (threat T26). In the pool that Node
 * has for such work it would have as much of the core as they have, and would keep files and names
 * waiting. A text, because the service is one bundled file; the module is looked up where that lies.
 *
 * Since Linux 6.6 a thread that has the processor keeps it for about 3 ms, however nice it is: a request
 * may wait for that long. The policy `SCHED_IDLE` would end that, and would starve the work wherever
 * anything else is busy: a login would fail rather than wait.
 */
const THREAD = `
const { setPriority } = require('node:os')
const { parentPort, workerData } = require('node:worker_threads')
const { hashSync, verifySync } = require(workerData.argon2)
try {
  setPriority(19)
} catch {
  // A sandbox may forbid it: then it works as fast as all others.
}
parentPort.on('message', ({ hash, password }) => {
  try {
    const value = hash === null ? hashSync(password, workerData.parameters) : verifySync(hash, password)
    parentPort.postMessage({ value })
  } catch {
    // Not its text: that of a native module may quote what it was given.
    parentPort.postMessage({})
  }
})`

/**
 * Threads are started as they are needed, one for each that works at the same time: whoever calls
 * bounds that. They keep no process alive that waits for none of them.
 */
export function makeArgon2Threads(): Argon2 {
  const idle: Worker[] = []

  const run = async (hash: string | null, password: string): Promise<unknown> => {
    const thread = idle.pop() ?? startThread()
    thread.ref()
    // Fails with the thread, which is then gone: for the next one there is another.
    const answered = once(thread, 'message') as Promise<[{ readonly value?: unknown }]>
    thread.postMessage({ hash, password })
    const [{ value }] = await answered
    thread.unref()
    idle.push(thread)
    if (value === undefined) throw new Error('argon2 failed')
    return value
  }

  return {
    hash: async (password) => (await run(null, password)) as string,
    verify: async (hash, password) => (await run(hash, password)) as boolean,
  }
}

const startThread = (): Worker =>
  new Worker(THREAD, {
    eval: true,
    workerData: { argon2: here().resolve('@node-rs/argon2'), parameters: PARAMETERS },
  })

/** The bundle is CommonJS and knows its file; what runs the sources as modules runs in the checkout. */
const here = (): NodeJS.Require =>
  createRequire(typeof __filename === 'string' ? __filename : join(process.cwd(), 'index.js'))
