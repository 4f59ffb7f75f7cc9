import { parseTarget } from '../../protocol/src/index.ts'
import { makeRoutes } from '../../functions/src/routes.ts'

// The handlers are not called here.
const routes = makeRoutes(
  {} as Parameters<typeof makeRoutes>[0],
  () => Promise.reject(new Error()),
  () => false,
)
const named = routes.map((route) => [`${route.method} ${route.path}`, route] as const)

test.each(named)('%s can be reached: its path is canonical', (_name, { path }) => {
  expect(parseTarget(path)?.path).toBe(path)
})

test('no method and path are there twice', () => {
  expect(new Set(named.map(([name]) => name)).size).toBe(routes.length)
})

test('only these are open; a new one is to be thought about here', () => {
  const unsigned = named.filter(([, { guard }]) => typeof guard === 'string')
  expect(unsigned.map(([name, { guard }]) => [name, guard])).toEqual([
    ['GET /api/health', 'open'],
    ['POST /api/installs', 'limited'],
  ])
})

test('what changes anything is accepted once by whichever instance', () => {
  for (const [, { method, guard }] of named) {
    if (typeof guard !== 'string' && method !== 'GET') expect(guard.nonce).toBe('durable')
  }
})
