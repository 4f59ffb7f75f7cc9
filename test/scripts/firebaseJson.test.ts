import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { inCheckout } from '../../scripts/local/checkout.ts'
import { usualPorts } from '../../scripts/local/ports.ts'
import { region } from '../../scripts/local/running.ts'
import { LOCAL_RUN_PATH, OUTBOX_PATH } from '../../web/src/localRun.ts'

const config = JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as {
  hosting: {
    rewrites: { source: string; function: { functionId: string; region: string } }[]
    predeploy: string[]
    ignore: string[]
    headers: { source: string; headers: { key: string; value: string }[] }[]
  }
  emulators: Record<string, { port?: number }>
}

test('Hosting sends /api to the function in the region that local URLs name', () => {
  expect(config.hosting.rewrites).toEqual([
    { source: '/api/**', function: { functionId: 'api', region } },
  ])
})

test('pages may load nothing from elsewhere, run nothing inline and not be framed', () => {
  const headers = config.hosting.headers.flatMap((rule) => rule.headers)
  const policy = headers.find(({ key }) => key === 'Content-Security-Policy')?.value ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
})

test('the demo page may call Firebase Auth and the database besides, and that is all', () => {
  // Where several rules set one header, Hosting takes the last.
  const [general, own] = config.hosting.headers
  expect([own?.source, config.hosting.headers.length]).toEqual(['/demo.html', 2])
  const [{ key, value } = { key: '', value: '' }] = own?.headers ?? []
  expect(key).toBe('Content-Security-Policy')
  const firebase = [
    'https://identitytoolkit.googleapis.com',
    'https://securetoken.googleapis.com',
    'wss://*.firebaseio.com',
    'wss://*.firebasedatabase.app',
  ]
  expect(value.replace(` ${firebase.join(' ')}`, '')).toBe(general?.headers[0]?.value)
})

test('a deployment builds the page, and takes no file of a local run along', () => {
  expect(config.hosting.predeploy).toEqual(['npm --prefix "$PROJECT_DIR" run build -- site'])
  expect(config.hosting.ignore).toContain(`${dirname(LOCAL_RUN_PATH)}/**`)
  expect(dirname(OUTBOX_PATH)).toBe(dirname(LOCAL_RUN_PATH))
})

test.each(['auth', 'functions', 'hosting', 'database'] as const)(
  'the port of %s is the same for firebase emulators:start and npm start',
  (part) => expect(config.emulators[part]?.port).toBe(usualPorts[part]),
)
