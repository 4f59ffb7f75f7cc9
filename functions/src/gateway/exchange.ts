import type { Dispatcher } from 'undici'
import type { Flow, Sink } from '../http/answer.ts'
import type { AnswerHeaders } from './passedHeaders.ts'
import { makeSecretScan } from './secretScan.ts'
import { failureOf, UpstreamFailure } from './upstreamFailure.ts'
import type { Deadlines } from './upstream.ts'

/** A request as it goes to the upstream. */
export interface UpstreamRequest {
  readonly method: string
  /** With its query, the secret included. */
  readonly path: string
  /** Name and value in turn, the secret last. */
  readonly headers: readonly string[]
  readonly body: Buffer | null
}

/** The upstream's answer, from its head on. */
export interface UpstreamAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** All of it where it has come already, which is nearly always. @throws UpstreamFailure */
  content(): Buffer | Flow
}

export interface ExchangeOptions {
  readonly deadlines: Deadlines
  /** In ms of the monotonic clock; a retry has what is left. */
  readonly endsAt: number
  readonly bytesMax: number
  /** Whether to begin with the head. */
  readonly streams: boolean
  /** What must not come back. */
  readonly secretForms: readonly string[]
  /** Whether 304 is an answer: the cache has asked if its copy is still good. */
  readonly isRevalidation: boolean
  /** It has ended, this way or the other. Told once; a failure after the head was answered is told here. */
  readonly onEnd: (failure?: UpstreamFailure) => void
}

/** Kept back until it is whole, so that one that breaks off is a problem and not half an answer. */
const HELD_BYTES_MAX = 64 * 1024

/** Made to be read as they come. */
const STREAMED = /^(?:text\/event-stream|application\/(?:x-ndjson|jsonl|json-seq))\b/i

/**
 * One request and its answer over a pool.
 * @returns a promise of the head; rejects with UpstreamFailure when there is no usable answer
 */
export function exchange(
  pool: Pick<Dispatcher, 'dispatch'>,
  { method, path, headers, body }: UpstreamRequest,
  options: ExchangeOptions,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const { headersMs: headersTimeout, idleMs: bodyTimeout } = options.deadlines
    const handler = new Exchange(options, resolve, reject)
    pool.dispatch(
      {
        method,
        path,
        body,
        headersTimeout,
        bodyTimeout,
        headers: headers as string[],
      },
      handler,
    )
  })
}

class Exchange implements Dispatcher.DispatchHandler, UpstreamAnswer, Flow {
  readonly #options: ExchangeOptions
  readonly #resolve: (answer: UpstreamAnswer) => void
  readonly #reject: (failure: UpstreamFailure) => void
  readonly #holdsSecret: (chunk: Buffer) => boolean
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  status = 0
  headers: AnswerHeaders = {}
  /** What has come and is not passed on yet. */
  #chunks: Buffer[] = []
  #bytes = 0
  #isAnswered = false
  #isTaken = false
  #isWhole = false
  #failure: UpstreamFailure | undefined
  #sink: Sink | undefined

  constructor(
    options: ExchangeOptions,
    resolve: (answer: UpstreamAnswer) => void,
    reject: (failure: UpstreamFailure) => void,
  ) {
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    this.#holdsSecret = makeSecretScan(options.secretForms)
    this.#timer = setTimeout(
      () => this.#fail(new UpstreamFailure('http_response_timeout')),
      Math.max(0, options.endsAt - performance.now()),
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#failure !== undefined) controller.abort(this.#failure)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHeaders,
  ): void {
    // 102 and 103 are not the answer yet (RFC 9110 section 15.2), and undici tells of them as of the one
    // that follows. Nothing of them is passed on; the deadlines go on.
    if (status < 200) return
    const failure = this.#judgeHead(status, headers)
    if (failure !== undefined) return this.#fail(failure)
    this.status = status
    this.headers = headers
    const { 'content-type': type = '' } = headers
    if (this.#options.streams || STREAMED.test(String(type))) this.#answer()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#options.bytesMax) {
      return this.#fail(new UpstreamFailure('http_response_body_size'))
    }
    if (this.#holdsSecret(chunk)) return this.#fail(new UpstreamFailure('secret_repeated'))
    if (this.#sink !== undefined) {
      if (!this.#sink.write(chunk)) controller.pause()
      return
    }
    this.#chunks.push(chunk)
    if (this.#bytes > HELD_BYTES_MAX) this.#answer()
  }

  onResponseEnd(): void {
    this.#isWhole = true
    this.#answer()
    this.#sink?.end()
    this.#finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(failureOf(error, this.status !== 0))
  }

  content(): Buffer | Flow {
    if (this.#failure !== undefined) throw this.#failure
    this.#isTaken = true
    if (!this.#isWhole) return this
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
  }

  // A Flow: what is left of the answer once its head was passed on.

  into(sink: Sink): void {
    for (const chunk of this.#chunks) sink.write(chunk)
    this.#chunks = []
    if (this.#failure !== undefined) return sink.cut()
    if (this.#isWhole) return sink.end()
    this.#sink = sink
    sink.onDrain(() => this.#controller?.resume())
    sink.onClose(() => this.cancel())
  }

  cancel(): void {
    this.#fail(new UpstreamFailure('abandoned'))
  }

  #judgeHead(status: number, headers: AnswerHeaders): UpstreamFailure | undefined {
    if (status === 401 || status === 407) return new UpstreamFailure('secret_refused')
    const isRedirect = status >= 300 && status < 400
    if (isRedirect && !(status === 304 && this.#options.isRevalidation)) {
      return new UpstreamFailure('redirected')
    }
    const { 'content-encoding': coding, 'content-length': length } = headers
    if (coding !== undefined && String(coding).toLowerCase() !== 'identity') {
      return new UpstreamFailure('http_response_content_coding')
    }
    if (Number(length ?? 0) > this.#options.bytesMax) {
      return new UpstreamFailure('http_response_body_size')
    }
    const { secretForms } = this.#options
    const texts = Object.values(headers).flat() as string[]
    if (texts.some((text) => secretForms.some((form) => text.includes(form)))) {
      return new UpstreamFailure('secret_repeated')
    }
    return undefined
  }

  /** Whoever waits for the head goes on in another turn, when more may have come. */
  #answer(): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#resolve(this)
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#failure !== undefined || this.#isWhole) return
    this.#failure = failure
    this.#controller?.abort(failure)
    // Nothing but the first counts.
    this.#isAnswered = true
    this.#reject(failure)
    this.#sink?.cut()
    this.#finish(this.#isTaken ? failure : undefined)
  }

  #finish(failure?: UpstreamFailure): void {
    clearTimeout(this.#timer)
    this.#options.onEnd(failure)
  }
}
