import { createPublicKey } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { listen } from './instance.ts'

/** App Check's REST API, as far as the Admin SDK uses it to verify a token. */
export interface Google {
  readonly port: number
  /** What was asked about tokens. */
  readonly asked: readonly Asked[]
  /** Instead of the documented answer. */
  answer: { readonly status: number; readonly body: string } | 'never' | undefined
  /** Forgets what was asked and what was set. */
  reset(): void
  close(): Promise<void>
}

export interface Asked {
  readonly line: string
  readonly host: string | undefined
  readonly authorization: string | undefined
  readonly body: { readonly app_check_token?: string }
}

export async function startGoogle(pem: string, kid: string): Promise<Google> {
  const jwk = { ...createPublicKey(pem).export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
  const used = new Set<string>()
  let asked: Asked[] = []
  const server = createServer((req, res) => {
    void answerTo(req).then((answer) => {
      if (answer === 'never') return
      res.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body)
    })
  })

  const answerTo = async (req: IncomingMessage) => {
    if (req.url === '/v1/jwks') return { status: 200, body: JSON.stringify({ keys: [jwk] }) }
    const { host, authorization } = req.headers
    const body = JSON.parse(await textOf(req)) as Asked['body']
    asked.push({ line: `${req.method} ${req.url}`, host, authorization, body })
    if (google.answer !== undefined) return google.answer
    const token = body.app_check_token ?? ''
    const isUsed = used.size === used.add(token).size
    // Proto3's JSON leaves out what is false.
    return { status: 200, body: isUsed ? '{"alreadyConsumed":true}' : '{}' }
  }

  const google: Google = {
    port: await listen(server),
    get asked() {
      return asked
    },
    answer: undefined,
    reset: () => {
      asked = []
      google.answer = undefined
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return google
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of req) text += String(part)
  return text
}
