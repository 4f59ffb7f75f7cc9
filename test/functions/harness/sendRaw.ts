import { connect } from 'node:net'

/**
 * Writes bytes to a server as they are and reads until it closes. Answers the status codes that came
 * back: none when it closed without a word.
 * @param finish says that no more bytes follow, for requests that are shorter than they claim
 */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  { finish = false } = {},
): Promise<readonly number[]> {
  const answered = await exchange(port, bytes, finish)
  return [...answered.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

/** A request line, header lines and a body as they go over the wire, after which the server closes. */
export function message(lines: readonly string[], body = ''): string {
  return `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`
}

function exchange(port: number, bytes: string | Buffer, finish: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => (text += part))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that has answered may cut off a sender that is still talking.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => resolve(text))
    if (finish) socket.end(bytes)
    else socket.write(bytes, 'latin1')
  })
}
