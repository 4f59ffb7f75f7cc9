import type { Request, Response } from 'express'
import type { Answered, ApiRequest } from './http/apiRequest.ts'
import type { Route } from './routes.ts'

/** Runs the handler of an admitted request. @throws what the handler throws */
export type RunRoute = (
  route: Pick<Route, 'method' | 'path'>,
  req: ApiRequest,
) => Answered | Promise<Answered>

/** A request on its way through the Router, with what its route has left. */
interface Routed {
  readonly method: string
  readonly url: string
  readonly request: ApiRequest
  answer: Answered | Promise<Answered> | undefined
  failure: unknown
}

/** The Router only hands it on. */
const NO_RESPONSE = {} as Response

const NO_ROUTE = new TypeError('no route')

/**
 * The Express Router over the route map. Called directly: an `express()` application around it would
 * cost more per request than everything else here. It gets an object of its own instead of Node's
 * request, for it notes a dozen things on it, and the canonical path, whichever way the request came.
 * Loaded only once a request has been admitted.
 */
export async function loadRouter(routes: readonly Route[]): Promise<RunRoute> {
  const { Router } = await import('express')
  const router = Router({ caseSensitive: true, strict: true })
  for (const { method, path, handler } of routes) {
    const verb = method.toLowerCase() as Lowercase<typeof method>
    router[verb](path, (req) => {
      const routed = req as unknown as Routed
      try {
        routed.answer = handler(routed.request)
      } catch (error) {
        // Not to the Router: that tells of an error only in another turn.
        routed.failure = error
      }
    })
  }
  return ({ method, path }, request) => {
    const routed: Routed = { method, url: path, request, answer: undefined, failure: NO_ROUTE }
    router(routed as unknown as Request, NO_RESPONSE, () => undefined)
    // The Router has run by now: it waits for another turn only after a hundred routes in a row. And
    // only a method and path that are not in the map fall through, and those never come here.
    if (routed.answer === undefined) throw routed.failure
    return routed.answer
  }
}
