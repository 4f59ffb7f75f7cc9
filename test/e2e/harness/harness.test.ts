import { DOCUMENT } from '../../openapi/conformance.ts'
import { comparedAnswers } from './conformance.ts'
import { running } from './running.ts'

const { apiBaseUrl, functionsUrl, hostingUrl } = running()
const { authEmulatorHost, databaseEmulatorHost, attestIssuerUrl, namespace } = running()

test.each([
  ['Hosting', apiBaseUrl],
  ['the Functions emulator', `${functionsUrl}/api`],
])('the function answers through %s', async (_, base) => {
  const answer = await fetch(`${base}/health`)
  expect(answer.status).toBe(200)
})

test.each(['/', '/errors.html', '/api.html', '/demo.html'])(
  'the page %s is served under the strict policy',
  async (path) => {
    const answer = await fetch(`${hostingUrl}${path}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  },
)

test.each([
  ['Hosting', apiBaseUrl],
  ['the Functions emulator', `${functionsUrl}/api`],
])(
  'the OpenAPI document is served through %s, and its answer compared with it',
  async (_, base) => {
    const before = comparedAnswers()
    const answer = await fetch(`${base}/openapi.json`)
    expect([answer.status, await answer.json()]).toEqual([200, DOCUMENT])
    expect(comparedAnswers()).toBe(before + 1)
  },
)

test('only the demo page may call the emulators and the issuer of attestation tokens, and nobody may call anybody else', async () => {
  const connectOf = async (path: string) => {
    const answer = await fetch(`${hostingUrl}${path}`)
    return /connect-src ([^;]*)/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]
  }
  expect(await connectOf('/')).toBe("'self'")
  expect(await connectOf('/demo.html')).toBe(
    `'self' http://${authEmulatorHost} ws://${databaseEmulatorHost} ${attestIssuerUrl}`,
  )
})

test('a deployed param keeps its default: `type` of a problem leads to its entry', async () => {
  const answer = await fetch(`${apiBaseUrl}/installs/current`)
  expect(await answer.json()).toMatchObject({ type: '/errors.html#invalid_credentials' })
})

test('the headers of pages are not put on answers of the API', async () => {
  const answer = await fetch(`${apiBaseUrl}/health`)
  // It has its own, by which it may load nothing.
  expect(answer.headers.get('content-security-policy')).toBe(
    "default-src 'none';frame-ancestors 'none'",
  )
  expect(answer.headers.get('permissions-policy')).toBeNull()
})

test('the database has our rules in the namespace that every side uses', async () => {
  // Without rules, a namespace is open: only a denial shows that they are there.
  const answer = await fetch(`http://${databaseEmulatorHost}/installs.json?ns=${namespace}`)
  expect(answer.status).toBe(401)
})

test('no proxy of the developer reaches the SDKs', () => {
  const names = Object.keys(process.env).filter((name) => /^(https?|all)_proxy$/i.test(name))
  expect(names).toEqual([])
})
