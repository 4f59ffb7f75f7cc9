import { createHash, timingSafeEqual } from 'node:crypto'
import express, { type RequestHandler } from 'express'
import { createVerifier, httpbis } from 'http-message-signatures'
import { HELLO } from './hello.ts'
import { benchSecrets } from './installs.ts'

const secrets = benchSecrets()

const verify = async (req: Parameters<RequestHandler>[0]): Promise<string | null> => {
  let nonce: string | undefined
  const verified = await httpbis.verifyMessage(
    {
      keyLookup: (parameters) => {
        nonce = parameters.nonce
        const secret = secrets.get(parameters.keyid!)
        if (secret === undefined) return Promise.resolve(null)
        const algorithm = 'hmac-sha256'
        const key = { id: parameters.keyid!, algs: [algorithm] }
        return Promise.resolve({ ...key, verify: createVerifier(secret, algorithm) })
      },
      maxAge: 300,
      tolerance: 30,
      requiredParams: ['created', 'nonce', 'keyid', 'alg'],
      requiredFields: ['@method', '@path', '@query', 'x-api-key'],
    },
    {
      method: req.method,
      url: `http://${req.headers.host}${req.originalUrl}`,
      headers: req.headers as Record<string, string>,
    },
  )
  return verified === true && isDigestRight(req) ? nonce! : null
}

function isDigestRight({ body, headers }: Parameters<RequestHandler>[0]): boolean {
  if (!Buffer.isBuffer(body)) return true
  const right = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const sent = headers['content-digest']
  if (typeof sent !== 'string' || sent.length !== right.length) return false
  return timingSafeEqual(Buffer.from(sent), Buffer.from(right))
}

/** Verification by `http-message-signatures` as an Express middleware; `accept` has the last word. */
export function listenBehindMessageSignatures(
  before: readonly RequestHandler[],
  accept: (nonce: string) => boolean,
): void {
  const app = express()
  for (const middleware of [...before, express.raw({ type: () => true })]) app.use(middleware)
  app.use((req, res, next) => {
    verify(req).then(
      (nonce) => {
        if (nonce !== null && accept(nonce)) next()
        else res.status(401).json({ error: 'unauthorized' })
      },
      () => res.status(401).json({ error: 'unauthorized' }),
    )
  })
  app.all('/{*any}', (_req, res) => {
    res.json(HELLO)
  })
  app.listen(Number(process.env['PORT']), '127.0.0.1')
}
