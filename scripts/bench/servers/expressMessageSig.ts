import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import express, { type Request } from 'express'
import { verifySignature } from 'http-message-sig'
import { HELLO } from './hello.ts'
import { benchSecrets } from './installs.ts'

const secrets = benchSecrets()

const verify = async (req: Request): Promise<boolean> => {
  const fields = []
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    fields.push({ name: req.rawHeaders[at]!, value: req.rawHeaders[at + 1]! })
  }
  await verifySignature(
    {
      kind: 'request',
      method: req.method,
      targetUri: `http://${req.headers.host}${req.originalUrl}`,
      fields,
    },
    {
      policy: {
        algorithms: ['hmac-sha256'],
        requiredComponents: ['@method', '@path', '@query', 'x-api-key'],
        requiredParameters: ['created', 'nonce', 'keyid', 'alg'],
        maxAge: 300,
        clockSkew: 30,
      },
      resolveVerifier: ({ parameters }) => ({
        algorithm: 'hmac-sha256',
        verify: (base, mac) => {
          const secret = secrets.get(parameters.keyid!)
          if (secret === undefined) return false
          const right = createHmac('sha256', secret).update(base).digest()
          return right.length === mac.length && timingSafeEqual(right, mac)
        },
      }),
    },
  )
  return isDigestRight(req)
}

function isDigestRight({ body, headers }: Request): boolean {
  if (!Buffer.isBuffer(body)) return true
  const right = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  return headers['content-digest'] === right
}

const app = express()
app.use(express.raw({ type: () => true }))
app.use((req, res, next) => {
  const refuse = () => res.status(401).json({ error: 'unauthorized' })
  verify(req).then((verified) => (verified ? next() : refuse()), refuse)
})
app.all('/{*any}', (_req, res) => {
  res.json(HELLO)
})
app.listen(Number(process.env['PORT']), '127.0.0.1')
