/** What one WebSocket message says: control or data, and its content. */
export interface Message {
  t: 'c' | 'd'
  d: Fields
}

/** Null if the text is no message of the protocol. */
export function parseMessage(text: string): Message | null {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof message !== 'object' || message === null) return null
  const { t, d } = message as Fields
  if ((t !== 'c' && t !== 'd') || typeof d !== 'object' || d === null) return null
  return { t, d: d as Fields }
}

/** Null if the text would be longer than a JavaScript string can be. */
export function stringifyMessage(message: object): string | null {
  try {
    return JSON.stringify(message)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

type Fields = Record<string, unknown>
