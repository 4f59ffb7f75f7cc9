import { checkAttest, type AttestMode } from '../../functions/src/attestSettings.ts'

const ROUTES = [
  { path: '/api/installs', guard: 'limited', attest: 'open' },
  { path: '/api/login', guard: { nonce: 'durable' }, attest: 'accounts' },
  { path: '/api/mine', guard: { nonce: 'memory' } },
  { path: '/api/health', guard: 'open' },
] as const

const check = (attest: string, once = '') =>
  checkAttest(
    {
      attest: new Map(attest.split(',').map((name): [string, AttestMode] => [name, 'enforce'])),
      attestOnce: new Set(once === '' ? [] : once.split(',')),
    },
    ROUTES,
  )

test('groups, and paths of routes that ask, may be named', () => {
  expect(() =>
    check('open,sms,/api/installs,/api/login,/api/mine', '/api/login,open'),
  ).not.toThrow()
})

test.each(['/api/logn', '/api/login/', '/api/installs/', '/api/health'])(
  '%s is a slip of the pen, and not passed over: its route would stay open',
  (path) => {
    expect(() => check(path)).toThrow(`ATTEST names ${path}, which is no route that asks`)
    expect(() => check('open', path)).toThrow(`ATTEST_ONCE names ${path}, which is no route`)
  },
)
