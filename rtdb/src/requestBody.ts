import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/** The body as text. What exceeds the limit is read on but thrown away, so that the client gets its answer. */
export async function readText(message: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) chunks.length = 0
    else chunks.push(chunk)
  }
  if (bytes > bytesMax) throw new Refusal('write_too_big')
  return Buffer.concat(chunks).toString('utf8')
}

export async function readJson(message: IncomingMessage, bytesMax: number): Promise<unknown> {
  const text = await readText(message, bytesMax)
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal('invalid_data')
  }
}
