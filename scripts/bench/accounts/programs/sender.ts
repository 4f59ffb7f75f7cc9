import { Agent, request } from 'node:http'
import { signedHeaders } from '../../../local/signedHeaders.ts'
import type { BenchInstall } from '../../servers/installs.ts'

/** A call of the service, signed and ready to go. */
export interface SignedCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
}

export const sign = async (
  install: BenchInstall,
  call: Omit<SignedCall, 'headers'>,
): Promise<SignedCall> => ({ ...call, headers: await signedHeaders(install, call) })

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
