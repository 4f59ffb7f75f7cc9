import { readFileSync } from 'node:fs'

import { inCheckout } from '../../scripts/local/checkout.ts'
import { usualPorts } from '../../scripts/local/ports.ts'
import { region } from '../../scripts/local/running.ts'

const config = JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as {
  hosting: {
    rewrites: { source: string; function: { functionId: string; region: string } }[]
    headers: { headers: { key: string; value: string }[] }[]
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

test.each(['auth', 'functions', 'hosting', 'database'] as const)(
  'the port of %s is the same for firebase emulators:start and npm start',
  (part) => expect(config.emulators[part]?.port).toBe(usualPorts[part]),
)
