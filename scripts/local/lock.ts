import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Lock {
  release: () => void
}

/** The content of the file: who holds it, and where he says so. */
interface Holder {
  pid: number
  /** On 127.0.0.1. */
  port: number
  /** What he answers there. Another who has got the port since then, or the process ID, does not know it. */
  token: string
}

/** As long as a holder that is busy starting may take to answer. */
const ANSWER_MS = 5000

/**
 * Makes this process the only holder of `file`, or tells who holds it: `{ heldBy: <process ID> }`. Process
 * IDs are used again (in a container often at once, and even for ourselves), so a holder is believed only
 * when he answers: one that was killed cannot, whoever has his ID now.
 */
export async function takeLock(file: string): Promise<Lock | { heldBy: number }> {
  mkdirSync(dirname(file), { recursive: true })
  const token = randomUUID()
  const server = await answerWith(token)
  const { port } = server.address() as AddressInfo
  const release = () => {
    server.close()
    if (holderIn(file)?.token === token) rmSync(file, { force: true })
  }
  for (;;) {
    try {
      // 'wx' makes the file or fails, in one step, so that of two at once only one goes on.
      writeFileSync(file, JSON.stringify({ pid: process.pid, port, token }), { flag: 'wx' })
      return { release }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderIn(file)
    if (holder && isAlive(holder.pid) && (await answers(holder))) {
      server.close()
      return { heldBy: holder.pid }
    }
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

/** `undefined` where the file is gone, or was not written by this. */
function holderIn(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder> | null
    const isWhole = holder?.pid !== undefined && holder.port !== undefined && holder.token
    return isWhole ? (holder as Holder) : undefined
  } catch {
    return undefined
  }
}

async function answerWith(token: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined) // whoever asked has gone
    socket.end(token)
  })
  server.unref() // a lock alone keeps no process alive
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

async function answers({ port, token }: Holder): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const socket = connect({ host: '127.0.0.1', port, signal })
  try {
    return (await text(socket)) === token
  } catch {
    return false // nobody listens there, or one who does not speak first
  } finally {
    socket.destroy()
  }
}
