import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { ApiError } from './apiError.ts'

/** Raw bytes. The largest body of the contract is below 2 kB. */
export const BODY_BYTES_MAX = 16 * 1024

const NO_BODY = Buffer.alloc(0)

/**
 * The raw body: `rawBody` where a framework has read it already, else the stream's bytes. Settles at
 * once when there is nothing to wait for.
 * @throws ApiError `unsupported_media_type` for any content encoding (a framework has inflated it
 * before us, so its size says nothing), `payload_too_large`, `invalid_request` for a transfer coding
 * other than chunked and for a body that breaks off
 */
export function readBody(req: IncomingMessage): Buffer | Promise<Buffer> {
  refuseCodings(req.headers)
  const declaredBytes = Number(req.headers['content-length'] ?? 0)
  // A declared size is believed only when it is too large: then not a byte needs to be read.
  if (declaredBytes > BODY_BYTES_MAX) throw tooLarge()
  const { rawBody } = req as { rawBody?: unknown }
  if (Buffer.isBuffer(rawBody)) {
    if (rawBody.length > BODY_BYTES_MAX) throw tooLarge()
    return rawBody
  }
  const hasBody = declaredBytes > 0 || req.headers['transfer-encoding'] !== undefined
  return hasBody && !req.readableEnded ? readStream(req) : NO_BODY
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

async function readStream(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > BODY_BYTES_MAX) break
      chunks.push(chunk)
    }
  } catch {
    // The sender's own doing, and not a failure of ours that is worth a line in the log each time.
    throw new ApiError('invalid_request', { detail: 'body ended early' })
  }
  if (size > BODY_BYTES_MAX) throw tooLarge()
  return Buffer.concat(chunks, size)
}

const tooLarge = (): ApiError =>
  // The rest of the body is not worth reading, so the connection cannot be used again.
  new ApiError('payload_too_large', { headers: { Connection: 'close' } })
