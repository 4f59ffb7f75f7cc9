import type { Route } from '../../../functions/src/routes.ts'

/** Routes with one property each, and nothing behind the guard. */
export const ONCE = '/api/test/once'
export const SCOPED = '/api/test/scoped'
export const FAILING = '/api/test/failing'

export const TEST_ROUTES: readonly Route[] = [
  { method: 'POST', path: ONCE, guard: { nonce: 'durable' }, handler: () => done },
  { method: 'POST', path: SCOPED, guard: { nonce: 'durable', scope: 'rare' }, handler: () => done },
  {
    method: 'GET',
    path: FAILING,
    guard: 'open',
    handler: () => {
      throw new Error('a secret: lk_v1_0123')
    },
  },
]

const done = { status: 200, body: {} }
