import type { ServerResponse } from 'node:http'
import type { Limits } from './limits.ts'
import { Refusal } from './refusal.ts'
import { DataError, type Json } from './tree/index.ts'
import { RulesError } from './rules/index.ts'

/** What a REST request is answered with. */
export interface Reply {
  readonly status: number
  readonly json: Json
  readonly etag?: string
}

export const jsonReply = (json: Json): Reply => ({ status: 200, json })

/** Sends an answer in the form that `print` asks for. Throws Refusal if it is too big. */
export function sendReply(
  response: ServerResponse,
  { status, json, etag }: Reply,
  params: URLSearchParams,
  { readCharsMax }: Pick<Limits, 'readCharsMax'>,
): void {
  if (etag !== undefined) response.setHeader('ETag', etag)
  if (params.get('print') === 'silent' && status === 200) {
    response.writeHead(204).end()
    return
  }
  const text = stringify(json, params.get('print') === 'pretty')
  if (text === null || text.length > readCharsMax) throw new Refusal('read_too_big')
  sendText(response, status, text)
}

/** Sends JSON text as it is. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(text)
}

/** The status and text for whatever a handler threw; null for a failure of the server itself. */
export function errorReply(error: unknown): Reply | null {
  if (error instanceof Refusal) return { status: error.httpStatus, json: { error: error.message } }
  if (error instanceof DataError || error instanceof RulesError) {
    return { status: 400, json: { error: error.message } }
  }
  return null
}

/** Null if the text would be longer than a string can be. */
function stringify(json: Json, isPretty: boolean): string | null {
  try {
    return isPretty ? `${JSON.stringify(json, null, 2)}\n` : JSON.stringify(json)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
