import { makeRoutes, type Route } from '../../../functions/src/routes.ts'
import type { Handler } from '../../../functions/src/http/apiRequest.ts'

export const ECHO = '/api/echo'
export const ECHO_ONCE = '/api/echo_once'

/** Tells how much was sent; the guard's work is what is measured. */
const echo: Handler = ({ rawBody }) => ({ status: 200, body: { bytes: rawBody.length } })

/** The service's own routes, and two signed ones that take a body and do nothing with it. */
export const routesWithEcho = (...parts: Parameters<typeof makeRoutes>): readonly Route[] => [
  ...makeRoutes(...parts),
  { method: 'POST', path: ECHO, guard: { nonce: 'memory' }, handler: echo },
  { method: 'POST', path: ECHO_ONCE, guard: { nonce: 'durable' }, handler: echo },
]
