import { createServer } from 'node:http'
import { listen } from '../../harness/instance.ts'

/** What stands in for Firebase Auth where 10,000 users are needed; the e2e tests have the real emulator. */
export interface AuthServer {
  /** How often a user was looked up. */
  lookups(): number
  /** Adds users; the others are not there. */
  add(uid: string): void
  close(): Promise<void>
}

/** Starts it and leads the Admin SDK to it, which then believes unsigned ID tokens, as with the emulator. */
export async function startAuthServer(): Promise<AuthServer> {
  const uids = new Set<string>()
  let lookups = 0
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (part: Buffer) => (body += part.toString()))
    req.on('end', () => {
      lookups += 1
      const { localId = [] } = JSON.parse(body) as { localId?: string[] }
      const users = localId.filter((uid) => uids.has(uid)).map((uid) => ({ localId: uid }))
      res.setHeader('Content-Type', 'application/json')
      res.end(JSON.stringify(users.length > 0 ? { users } : {}))
    })
  })
  const port = await listen(server)
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = `127.0.0.1:${port}`
  return {
    lookups: () => lookups,
    add: (uid) => void uids.add(uid),
    close: async () => {
      delete process.env['FIREBASE_AUTH_EMULATOR_HOST']
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** As the Auth emulator makes them: without a signature. */
export function idTokenOf(uid: string): string {
  const seconds = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'https://securetoken.google.com/demo-latchkey',
    aud: 'demo-latchkey',
    sub: uid,
    user_id: uid,
    auth_time: seconds,
    iat: seconds,
    exp: seconds + 3600,
  }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
}
