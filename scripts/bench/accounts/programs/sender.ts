import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { signRequest } from '../../../../protocol/src/index.ts'
import type { BenchInstall } from '../../servers/installs.ts'

/** A call of the service, signed and ready to go. */
export interface SignedCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
}

export async function sign(
  { apiKey, secret }: BenchInstall,
  call: Omit<SignedCall, 'headers'>,
): Promise<SignedCall> {
  const { method, path, body } = call
  const headers = await signRequest(
    {
      method,
      target: path,
      apiKey,
      created: Math.floor(Date.now() / 1000),
      nonce: randomBytes(16).toString('base64url'),
      ...(body !== undefined && {
        body: {
          contentType: 'application/json',
          sha256: createHash('sha256').update(body).digest(),
        },
      }),
    },
    (text) => createHmac('sha256', secret).update(text).digest(),
  )
  return { ...call, headers }
}

/** Sends over kept connections, by Node's plain client: what the client itself takes hides the server. */
export function makeSender(port: number): (call: SignedCall) => Promise<number> {
  // Node's server closes an idle connection after five seconds: one that is taken just then fails.
  const agent = new Agent({ keepAlive: true, timeout: 3000 })
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode!))
      })
      sent.once('error', reject)
      sent.end(body)
    })
}
