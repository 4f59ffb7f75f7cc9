import { request } from 'node:http'
import { apiPathOf, compareWithDocument } from './harness/conformance.ts'
import { running } from './harness/running.ts'

// What a browser is told, through either address of the service. The preflight passes an emulator on its
// way, and Hosting adds to some headers.

const { apiBaseUrl, functionsUrl, listedOrigin } = running()
const FORMS: [name: string, base: string][] = [
  ['Hosting', apiBaseUrl],
  ['the Functions emulator', `${functionsUrl}/api`],
]

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Not by fetch, which sets the headers that a page cannot set. */
function send(url: string, method: string, headers: Record<string, string>) {
  return new Promise<{ status: number; headers: Headers }>((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => {
        const [status, path] = [answer.statusCode!, apiPathOf(url)!]
        const header = (name: string) => answer.headers[name.toLowerCase()]?.toString() ?? null
        compareWithDocument({ method, path, status, header, text })
        resolve({ status, headers: answer.headers })
      })
    })
    sent.on('error', reject).end()
  })
}

describe.each(FORMS)('through %s', (_name, base) => {
  const preflight = (origin: string) =>
    send(`${base}/installs/current/rotate`, 'OPTIONS', {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'signature,signature-input,x-api-key',
    })

  test('a listed origin gets its preflight answered, and may read answers', async () => {
    const { status, headers } = await preflight(listedOrigin)
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe(listedOrigin)
    expect(headers['access-control-allow-headers']).toContain('X-API-Key')
    const answer = await send(`${base}/installs/current`, 'GET', { Origin: listedOrigin })
    expect(answer.status).toBe(401)
    expect(answer.headers['access-control-allow-origin']).toBe(listedOrigin)
    expect(answer.headers['access-control-expose-headers']).toContain('X-Request-Id')
    expect(answer.headers['vary']).toContain('Origin')
  })

  test('another one, and nobody, get neither', async () => {
    for (const origin of ['http://localhost:5174', 'null']) {
      const answers = [
        await preflight(origin),
        await send(`${base}/health`, 'GET', { Origin: origin }),
      ]
      for (const { status, headers } of answers) {
        expect([origin, status]).toEqual([origin, 403])
        expect(headers).not.toHaveProperty('access-control-allow-origin')
      }
    }
  })

  test('every answer has the security headers', async () => {
    const { headers } = await send(`${base}/health`, 'GET', {})
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000',
      'cache-control': 'no-store',
    })
  })
})

test('a page behind Hosting has the origin of the service, also for a browser without Sec-Fetch-Site', async () => {
  const origin = running().hostingUrl
  expect((await send(`${apiBaseUrl}/health`, 'GET', { Origin: origin })).status).toBe(200)
})
