import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { perform, type Answer } from './actions.ts'
import { Assembler, toFrames } from './framing.ts'
import { parseMessage, stringifyMessage } from './message.ts'
import type { Limits } from './limits.ts'
import type { Namespace } from './namespace.ts'
import { Refusal } from './refusal.ts'
import { Session } from './session.ts'

/** What a connection is made of: the socket, its database, and what the handshake said. */
export interface ConnectionOptions {
  socket: WebSocket
  /** What carries the socket: it is held back while there is more to send. */
  stream: Duplex
  namespace: Namespace
  /** The `Host` header: clients without a fixed emulator address reconnect to what the greeting names. */
  host: string
  sessionId: string
  limits: Limits
}

/**
 * One client's WebSocket, speaking version 5 of the wire protocol: greeting, framing, order and back-pressure.
 * What the client may ask for is the session's matter.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #stream: Duplex
  readonly #limits: Limits
  readonly #session: Session
  readonly #assembler: Assembler
  readonly #inbox: string[] = []
  #unreadPushBytes = 0
  #isHeldBack = false

  constructor({ socket, stream, namespace, host, sessionId, limits }: ConnectionOptions) {
    this.#socket = socket
    this.#stream = stream
    this.#limits = limits
    this.#assembler = new Assembler(limits.messageCharsMax)
    this.#session = new Session(namespace, {
      push: (a, b) => this.#push(a, b),
      sendAsked: (a, b) => this.#send({ t: 'd', d: { a, b } }),
    })
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')))
    socket.on('close', () => this.#closed())
    // The socket closes after an error; without a listener the error would end the process.
    socket.on('error', () => undefined)
    // One millisecond early: a client that compares both clocks then never sees them equal.
    const greeting = { ts: namespace.now() - 1, v: '5', h: host, s: sessionId }
    this.#send({ t: 'c', d: { t: 'h', d: greeting } })
  }

  /** Ends the client's part now: it has come back on another connection. */
  supersede(): void {
    this.#closed()
    this.#socket.terminate()
  }

  #receive(frame: string): void {
    const message = this.#assembler.accept(frame)
    if (message === null) return
    if ('oversized' in message) {
      this.#refuseOversized(message.oversized)
    } else {
      this.#inbox.push(message.text)
      this.#work()
    }
  }

  /** Works on messages in order, but not while the client leaves earlier answers unread. */
  #work(): void {
    while (this.#inbox.length > 0 && !this.#isClogged()) this.#handle(this.#inbox.shift() ?? '')
    if (this.#inbox.length > 0) this.#socket.pause()
  }

  #isClogged(): boolean {
    return this.#socket.bufferedAmount > this.#limits.unreadAnswerBytesMax
  }

  #handle(text: string): void {
    const message = parseMessage(text)
    if (message === null) {
      this.#socket.close(UNSUPPORTED_DATA, 'not a message of the protocol')
    } else if (message.t === 'd') {
      const { r, a, b } = message.d
      this.#answer(r, perform(this.#session, String(a), b))
    } else if (message.d['t'] === 'p') {
      this.#send({ t: 'c', d: { t: 'o', d: {} } })
    }
  }

  /** The sender waits for an answer, so the request number is dug out of the beginning, which is all that was kept. */
  #refuseOversized(beginning: string): void {
    const request = /^\{"t":"d","d":\{"r":(\d+)/.exec(beginning)?.[1]
    if (request === undefined) return this.#socket.close(MESSAGE_TOO_BIG, 'message too big')
    this.#answer(Number(request), refused('write_too_big'))
  }

  #answer(r: unknown, b: Answer): void {
    if (this.#send({ t: 'd', d: { r, b } })) return
    this.#send({ t: 'd', d: { r, b: refused('read_too_big') } })
  }

  /**
   * Sends a change that the client did not ask for just now. A client that leaves too many unread is cut off,
   * and so is one whose change cannot be sent: it connects again and listens afresh.
   */
  #push(a: string, b: object): void {
    const before = this.#socket.bufferedAmount
    const sent = this.#send({ t: 'd', d: { a, b } })
    this.#unreadPushBytes += this.#socket.bufferedAmount - before
    if (!sent || this.#unreadPushBytes > this.#limits.unreadPushBytesMax) this.#socket.terminate()
  }

  /** False if the message is too big to be sent. */
  #send(message: object): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return true
    const text = stringifyMessage(message)
    if (text === null || text.length > this.#limits.readCharsMax) return false
    this.#holdBack()
    for (const frame of toFrames(text)) this.#socket.send(frame, () => this.#flushed())
    return true
  }

  /** Messages of one turn leave in one system call: that is what an answer costs most. */
  #holdBack(): void {
    if (this.#isHeldBack) return
    this.#isHeldBack = true
    this.#stream.cork()
    process.nextTick(() => {
      this.#isHeldBack = false
      this.#stream.uncork()
    })
  }

  #flushed(): void {
    if (this.#socket.bufferedAmount === 0) this.#unreadPushBytes = 0
    if (this.#inbox.length === 0 || this.#isClogged()) return
    this.#work()
    if (this.#inbox.length === 0) this.#socket.resume()
  }

  #closed(): void {
    this.#inbox.length = 0
    this.#session.end()
  }
}

/** WebSocket close codes (RFC 6455, section 7.4.1). */
const UNSUPPORTED_DATA = 1003
const MESSAGE_TOO_BIG = 1009

function refused(code: 'write_too_big' | 'read_too_big'): Answer {
  const { status, message } = new Refusal(code)
  return { s: status, d: message }
}
