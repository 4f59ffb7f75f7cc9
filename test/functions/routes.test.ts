import { parseTarget } from '../../protocol/src/index.ts'
import { checkUpstreams } from '../../functions/src/gateway/checkUpstream.ts'
import { withExamples } from '../../functions/src/gateway/exampleUpstreams.ts'
import { UPSTREAMS } from '../../functions/src/gateway/upstreams.ts'
import { makeRoutes } from '../../functions/src/routes.ts'

// The handlers are not called here.
const routes = makeRoutes(
  {} as Parameters<typeof makeRoutes>[0],
  () => Promise.reject(new Error()),
  () => false,
  {
    upstreams: checkUpstreams(withExamples(UPSTREAMS), {
      isEmulated: false,
      timeoutMs: 30_000,
      origins: new Map(),
    }),
    gateway: () => Promise.reject(new Error()),
  },
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
    ['GET /api/openapi.json', 'limited'],
    ['GET /api/keys', 'open'],
    ['POST /api/installs', 'limited'],
  ])
})

test('what changes anything is accepted once by whichever instance', () => {
  for (const [, { method, guard }] of named) {
    if (typeof guard !== 'string' && !['GET', 'HEAD'].includes(method))
      expect(guard.nonce).toBe('durable')
  }
})

test('an upstream needs a scope of its own', () => {
  const proxies = named.filter(([, { path }]) => path.startsWith('/api/proxy/'))
  // Of what is declared besides, the rule holds as well.
  for (const [, { path, method, guard }] of proxies) {
    const nonce = ['GET', 'HEAD'].includes(method) ? 'memory' : 'durable'
    expect(guard).toEqual({ nonce, scope: `proxy:${path.split('/')[3]}` })
  }
  const examples = proxies.filter(([, { path }]) => /proxy\/(?:weather|payments)\//.test(path))
  expect(examples.map(([name, { guard }]) => [name, guard])).toEqual([
    ['GET /api/proxy/weather/', { nonce: 'memory', scope: 'proxy:weather' }],
    ['HEAD /api/proxy/weather/', { nonce: 'memory', scope: 'proxy:weather' }],
    ['POST /api/proxy/payments/', { nonce: 'durable', scope: 'proxy:payments' }],
    ['GET /api/proxy/payments/', { nonce: 'memory', scope: 'proxy:payments' }],
  ])
})
