import { randomInt } from 'node:crypto'
import { createServer, connect } from 'node:net'

/** What listens on this machine while Latchkey runs locally. */
export type Part =
  'database' | 'auth' | 'functions' | 'hosting' | 'hub' | 'logging' | 'eventarc' | 'tasks'

export type Ports = Readonly<Record<Part, number>>

/** The usual ports of the Firebase emulators. The last four are firebase-tools' own, and not for people. */
export const usualPorts: Ports = {
  hosting: 5000,
  functions: 5001,
  auth: 9099,
  database: 9000,
  hub: 4400,
  logging: 4500,
  eventarc: 9299,
  tasks: 9499,
}

/** Browsers and fetch() refuse to talk to these (https://fetch.spec.whatwg.org/#port-blocking, from 1024 on). */
const blocked = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10080,
])

export interface FoundPorts {
  ports: Ports
  /** The parts whose own port was taken. */
  moved: { part: Part; from: number; to: number }[]
}

/** The usual ports, all moved by `offset`; where one is taken, the next free one. */
export async function findPorts(offset = 0): Promise<FoundPorts> {
  const ports: Partial<Record<Part, number>> = {}
  const moved: FoundPorts['moved'] = []
  const used = new Set<number>()
  for (const part of Object.keys(usualPorts) as Part[]) {
    const from = usualPorts[part] + offset
    const to = await nextFree(from, used)
    used.add(to)
    ports[part] = to
    if (to !== from) moved.push({ part, from, to })
  }
  return { ports: ports as Ports, moved }
}

/** Ports that nobody uses, found anew each time: for a run beside the developer's own. */
export async function anyFreePorts(): Promise<Ports> {
  const ports: Partial<Record<Part, number>> = {}
  const used = new Set<number>()
  for (const part of Object.keys(usualPorts) as Part[]) {
    const port = await anyFreePort(used)
    used.add(port)
    ports[part] = port
  }
  return ports as Ports
}

/**
 * The first that systems hand out by themselves: from 32768 on Linux, from 49152 elsewhere (RFC 6335,
 * section 6). Below it a port stays free until its part starts, seconds later; from it on the next socket
 * of anyone, which may be one of our own, can be given the very same.
 */
const HANDED_OUT_FROM = 32_768

/** A port on 127.0.0.1 that nobody uses and that the system gives to nobody by itself. */
export const anyFreePort = (used: ReadonlySet<number> = new Set()): Promise<number> =>
  nextFree(randomInt(10_000, HANDED_OUT_FROM - 1000), used)

async function nextFree(from: number, used: ReadonlySet<number>): Promise<number> {
  for (let port = from; port < 65_536; port++) {
    if (!used.has(port) && !blocked.has(port) && (await isFree(port))) return port
  }
  throw new Error(`No free port from ${from} on.`)
}

/** Asked both ways: macOS lets one bind 127.0.0.1 although somebody answers on all addresses (AirPlay on 5000). */
async function isFree(port: number): Promise<boolean> {
  if (await answers(port)) return false
  try {
    const server = await listen(port)
    await new Promise((closed) => server.close(closed))
    return true
  } catch {
    return false
  }
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const done = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })

const listen = (port: number) =>
  new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
