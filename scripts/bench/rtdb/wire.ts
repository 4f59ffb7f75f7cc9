import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A client that speaks the database's wire protocol by hand, as cheaply as can be. */
export interface Wire {
  /** Resolves once the request is acknowledged; rejects with any other answer. */
  request(action: string, body: object): Promise<void>
  /** How many changes have been pushed so far, by the path they are for. */
  readonly pushes: ReadonlyMap<string, number>
  close(): void
}

interface Message {
  d: { r?: number; b?: { s?: string; p?: string } }
}

/** `url` is that of the server, such as `http://127.0.0.1:9000`. */
export async function connectWire(url: string): Promise<Wire> {
  const { host } = new URL(url)
  const socket = new WebSocket(`ws://${host}/.ws?v=5&ns=demo`, { perMessageDeflate: false })
  const waiting = new Map<number, (status: string) => void>()
  const pushes = new Map<string, number>()
  let sent = 0
  socket.on('message', (data: Buffer) => {
    const { r, b } = (JSON.parse(data.toString()) as Message).d
    if (r !== undefined) waiting.get(r)?.(b?.s ?? '')
    else if (b?.p !== undefined) pushes.set(b.p, (pushes.get(b.p) ?? 0) + 1)
  })
  await once(socket, 'message')
  const request = (a: string, b: object): Promise<void> => {
    const r = ++sent
    socket.send(JSON.stringify({ t: 'd', d: { r, a, b } }))
    return new Promise((resolve, reject) => {
      waiting.set(r, (status) => {
        waiting.delete(r)
        if (status === 'ok') resolve()
        else reject(new Error(`${a} was answered ${status}`))
      })
    })
  }
  return { request, pushes, close: () => socket.terminate() }
}
