import { createHash, createPublicKey } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, jwtVerify } from 'jose'
import type { IssuerKeys } from './issuerKeys.ts'
import { LOCAL_KEY_ID, mintAppCheck, mintApproov, mintRecaptcha } from './mint.ts'

/** Stands in for Google at this machine, so that protection need not be switched off to develop. */
export interface Issuer {
  /** host:port, for ATTEST_EMULATOR_HOST. */
  readonly host: string
  close(): Promise<void>
}

/** No body that is sent here is longer. */
const BODY_BYTES_MAX = 16_384

type Answer = (url: URL, body: string) => Promise<object | string>

/** Serves App Check's key set and its replay protection, reCAPTCHA's siteverify, and tokens for local apps. */
export async function startIssuer(keys: IssuerKeys): Promise<Issuer> {
  const jwk = await exportJWK(createPublicKey(keys.appCheckPem))
  const used = new Set<string>()
  /** True for the first time. */
  const useUp = (token: string): boolean => {
    const hash = createHash('sha256').update(token).digest('base64')
    return used.size !== used.add(hash).size
  }

  const verifySite: Answer = async (_url, body) => {
    const form = new URLSearchParams(body)
    if (form.get('secret') !== keys.recaptchaSecret) return siteFault('invalid-input-secret')
    const token = form.get('response') ?? ''
    try {
      const jwt = Buffer.from(token, 'base64url').toString()
      const { payload } = await jwtVerify(jwt, Buffer.from(keys.recaptchaSecret))
      if (!useUp(token)) return siteFault('timeout-or-duplicate')
      const { action, score, hostname, iat } = payload
      const at = new Date((iat ?? 0) * 1000).toISOString()
      return { success: true, challenge_ts: at, hostname, score, action }
    } catch (error) {
      const isOver = (error as { code?: string }).code === 'ERR_JWT_EXPIRED'
      return siteFault(isOver ? 'timeout-or-duplicate' : 'invalid-input-response')
    }
  }

  const ANSWERS: Readonly<Record<string, Answer>> = {
    'GET /v1/jwks': () =>
      Promise.resolve({ keys: [{ ...jwk, kid: LOCAL_KEY_ID, alg: 'RS256', use: 'sig' }] }),
    'POST /v1beta/projects/local:verifyAppCheckToken': (_url, body) => {
      const { app_check_token: token } = JSON.parse(body) as { app_check_token: string }
      return Promise.resolve({ alreadyConsumed: !useUp(token) })
    },
    'POST /recaptcha/api/siteverify': verifySite,
    'GET /token/app-check': ({ searchParams }) =>
      mintAppCheck(keys, { ...one(searchParams, 'appId') }),
    'GET /token/approov': ({ searchParams }) =>
      mintApproov(keys, {
        ...one(searchParams, 'apiKey'),
        ...(searchParams.get('algorithm') === 'RS256' && { algorithm: 'RS256' }),
      }),
    'GET /token/recaptcha': ({ searchParams }) =>
      mintRecaptcha(keys, { ...one(searchParams, 'action') }),
  }

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://localhost')
    const answer = ANSWERS[`${req.method} ${url.pathname}`]
    if (answer === undefined) return void res.writeHead(404).end()
    const found = await answer(url, await readText(req))
    const isText = typeof found === 'string'
    res.writeHead(200, {
      'Content-Type': isText ? 'text/plain' : 'application/json',
      // For pages in development. A token is worth something at this machine alone.
      'Access-Control-Allow-Origin': '*',
    })
    res.end(isText ? found : JSON.stringify(found))
  }

  const server = createServer((req, res) => {
    serve(req, res).catch(() => res.writeHead(400).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const siteFault = (code: string) => ({ success: false, 'error-codes': [code] })

const one = (params: URLSearchParams, name: string): Record<string, string> => {
  const value = params.get(name)
  return value === null ? {} : { [name]: value }
}

async function readText(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) {
    text += String(chunk)
    if (text.length > BODY_BYTES_MAX) throw new RangeError('too long')
  }
  return text
}
