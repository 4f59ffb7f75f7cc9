import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from './instance.ts'

/** What is wrong with the way to the database. */
export type Fault =
  /** Nothing is: all passes. */
  | 'none'
  /** Connections are cut, and new ones are refused. */
  | 'refused'
  /** Connections are cut, again and again, but each is accepted at first. */
  | 'reset'
  /** Connections are accepted and stay; nothing passes. */
  | 'silent'
  /** Everything takes its time. */
  | 'slow'
  /** What is sent arrives; no answer comes back. */
  | 'lost acknowledgement'
  /** The connections of before are dead without a word; new ones work. */
  | 'half open'

/** A way to the database that breaks on command. */
export interface FaultProxy {
  /** host:port */
  readonly host: string
  inflict(fault: Fault): Promise<void>
  close(): Promise<void>
}

/** How long `slow` holds back every chunk, each way. */
const SLOW_MS = 100

interface Pair {
  readonly inner: Socket
  readonly outer: Socket
  /** Which directions are cut off for good. */
  deaf: boolean
  mute: boolean
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const pairs = new Set<Pair>()
  let fault: Fault = 'none'

  const server = createServer({ allowHalfOpen: false }, (outer) => {
    outer.on('error', () => undefined)
    if (fault === 'reset') return void outer.resetAndDestroy()
    const inner = connect(targetPort, '127.0.0.1')
    inner.on('error', () => undefined)
    const pair: Pair = { inner, outer, deaf: fault === 'silent', mute: isMute(fault) }
    pairs.add(pair)
    outer.on('data', (data) => {
      if (!pair.deaf) void passOn(data, inner)
    })
    inner.on('data', (data) => {
      if (!pair.mute) void passOn(data, outer)
    })
    outer.on('close', () => {
      pairs.delete(pair)
      inner.destroy()
    })
    inner.on('close', () => {
      // A peer that is silent does not tell of its end either.
      if (!pair.mute) outer.destroy()
    })
  })

  const passOn = async (data: Buffer, to: Socket): Promise<void> => {
    if (fault === 'slow') await sleep(SLOW_MS)
    to.write(data)
  }

  const cut = (): void => {
    for (const { inner, outer } of pairs) {
      outer.resetAndDestroy()
      inner.destroy()
    }
  }

  const port = await listen(server)
  return {
    host: `127.0.0.1:${port}`,
    inflict: async (next) => {
      const isClosed = fault === 'refused'
      fault = next
      for (const pair of pairs) {
        pair.deaf ||= next === 'silent' || next === 'half open'
        pair.mute ||= isMute(next) || next === 'half open'
      }
      if (next === 'refused' || next === 'reset') cut()
      if (next === 'refused') await closed(server)
      else if (isClosed) await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
    },
    close: async () => {
      // Not by a reset: of a connection whose peer is just hanging up Node would keep the handle, and at
      // its own end wait for it for ever, busily.
      for (const { inner, outer } of pairs) {
        outer.destroy()
        inner.destroy()
      }
      if (server.listening) await closed(server)
    },
  }
}

const isMute = (fault: Fault): boolean => fault === 'silent' || fault === 'lost acknowledgement'

const closed = (server: Server): Promise<void> => new Promise((done) => server.close(() => done()))
