import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { ApiError } from './apiError.ts'

/** Raw bytes, unless a route takes more. The largest body of the contract is below 2 kB. */
export const BODY_BYTES_MAX = 16 * 1024

const NO_BODY = Buffer.alloc(0)

/** Told of bytes before they are kept. False: there is no room for them. */
export type Hold = (bytes: number) => boolean

/** The rest of a body is not worth reading, so the connection cannot be used again. */
export const UNREAD = { Connection: 'close' } as const

/**
 * The raw body of at most `bytesMax`: `rawBody` where a framework has read it already, else the
 * stream's bytes. Settles at once when there is nothing to wait for.
 * @throws ApiError `unsupported_media_type` for any content encoding (a framework has inflated it
 * before us, so its size says nothing), `payload_too_large`, `invalid_request` for a transfer coding
 * other than chunked and for a body that breaks off, `unavailable` when `hold` says so
 */
export function readBody(
  req: IncomingMessage,
  bytesMax = BODY_BYTES_MAX,
  hold?: Hold,
): Buffer | Promise<Buffer> {
  refuseCodings(req.headers)
  const declaredBytes = Number(req.headers['content-length'] ?? 0)
  // A declared size is believed only when it is too large: then not a byte needs to be read.
  if (declaredBytes > bytesMax) throw tooLarge()
  const { rawBody } = req as { rawBody?: unknown }
  if (Buffer.isBuffer(rawBody)) {
    if (rawBody.length > bytesMax) throw tooLarge()
    return rawBody
  }
  const hasBody = declaredBytes > 0 || req.headers['transfer-encoding'] !== undefined
  return hasBody && !req.readableEnded ? readStream(req, bytesMax, hold) : NO_BODY
}

function refuseCodings(headers: IncomingHttpHeaders): void {
  const content = headers['content-encoding']
  if (content !== undefined && content.toLowerCase() !== 'identity') {
    throw new ApiError('unsupported_media_type', { detail: 'content encoding' })
  }
  // Node's parser takes `gzip, chunked` for chunked, and so would leave us with another body than a
  // proxy that knows both (RFC 9112 section 6.1: request smuggling).
  const transfer = headers['transfer-encoding']
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') {
    throw new ApiError('invalid_request', { detail: 'transfer encoding' })
  }
}

/**
 * So many chunks are joined. The sender decides how long they are, and one of a single byte takes 450 in
 * memory, measured: a body of 16 kB could be 7 MB.
 */
const CHUNKS_JOINED = 256

/** By events: nearly all bodies are one chunk, for which an async iterator makes several promises. */
function readStream(
  req: IncomingMessage,
  bytesMax: number,
  hold: Hold | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    /** So many of them are joined already. */
    let joined = 0
    let size = 0
    const endWith = (settle: () => void): void => {
      req.off('data', take).off('end', end).off('close', breakOff)
      settle()
    }
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size > bytesMax) return refuse(tooLarge())
      if (hold !== undefined && !hold(chunk.length)) return refuse(noRoom())
      chunks.push(chunk)
      if (chunks.length - joined < CHUNKS_JOINED) return
      chunks.push(Buffer.concat(chunks.splice(joined)))
      joined = chunks.length
    }
    const refuse = (error: ApiError): void => {
      req.pause()
      endWith(() => reject(error))
    }
    const end = (): void =>
      endWith(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)))
    const breakOff = (): void =>
      // The sender's own doing, and not a failure of ours that is worth a line in the log each time.
      endWith(() => reject(new ApiError('invalid_request', { detail: 'body ended early' })))
    // A request that is aborted emits an error, and then closes.
    req.on('data', take).on('end', end).on('close', breakOff).on('error', ignore)
  })
}

const ignore = (): void => undefined

const tooLarge = (): ApiError => new ApiError('payload_too_large', { headers: UNREAD })

/** Bodies are held for seconds, and then there is room again. */
export const noRoom = (): ApiError =>
  new ApiError('unavailable', {
    detail: 'no room for large bodies',
    retryAfterSeconds: 2,
    headers: UNREAD,
  })
