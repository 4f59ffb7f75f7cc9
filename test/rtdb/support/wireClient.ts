import { WebSocket } from 'ws'
import type { Rtdb } from '../../../rtdb/src/index.ts'

/** A message as it came: `t` is its kind, `d` its content. */
export interface Message {
  t: 'c' | 'd'
  d: Record<string, unknown>
}

export interface Answer {
  s: string
  d: unknown
}

/** A client that speaks the wire protocol by hand, and keeps everything it hears in order. */
export class WireClient {
  readonly heard: Message[] = []
  readonly frames: string[] = []
  readonly socket: WebSocket
  #requests = 0
  #missing = 0
  #segments: string[] = []
  #waiting: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')))
    socket.on('close', () => this.#wake())
    socket.on('error', () => this.#wake())
  }

  /** Resolves once the server has greeted. */
  static async connect(rtdb: Rtdb, namespace: string, headers = {}): Promise<WireClient> {
    const url = `ws://${rtdb.host}:${rtdb.port}/.ws?v=5&ns=${namespace}`
    const client = new WireClient(new WebSocket(url, { headers }))
    await client.until(({ t, d }) => t === 'c' && d['t'] === 'h')
    return client
  }

  /** Sends a request and gives its number. */
  ask(a: string, b: unknown): number {
    this.send(JSON.stringify({ t: 'd', d: { r: ++this.#requests, a, b } }))
    return this.#requests
  }

  async request(a: string, b: unknown): Promise<Answer> {
    return this.answerTo(this.ask(a, b))
  }

  async answerTo(r: number): Promise<Answer> {
    const message = await this.until(({ t, d }) => t === 'd' && d['r'] === r)
    return message.d['b'] as Answer
  }

  send(frame: string): void {
    this.socket.send(frame)
  }

  /** All pushes so far, as [action, body]. */
  get pushes(): [string, Record<string, unknown>][] {
    return this.heard
      .filter(({ t, d }) => t === 'd' && 'a' in d)
      .map(({ d }) => [d['a'] as string, d['b'] as Record<string, unknown>])
  }

  /** The first message heard, now or later, that fits. Rejects if the connection ends before. */
  async until(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const message = this.heard.find(fits)
      if (message) return message
      if (this.socket.readyState > WebSocket.OPEN) throw new Error('the connection has ended')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()))
    this.socket.close()
    await closed
  }

  #receive(frame: string): void {
    this.frames.push(frame)
    if (this.#missing === 0 && /^\d{1,6}$/.test(frame)) {
      this.#missing = Number(frame)
      return
    }
    this.#segments.push(frame)
    if (this.#missing > 0) this.#missing--
    if (this.#missing > 0) return
    this.heard.push(JSON.parse(this.#segments.splice(0).join('')) as Message)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** An unsigned ID token, as the Auth emulator makes them. */
export function unsignedToken(claims: object): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `${part({ alg: 'none', type: 'JWT' })}.${part({ iat: 0, exp: 3600, ...claims })}.`
}
