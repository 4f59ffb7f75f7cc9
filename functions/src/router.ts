import type { ServerResponse } from 'node:http'
import type { Request, Response } from 'express'
import type { Answer, ApiRequest } from './http/apiRequest.ts'
import type { Route } from './routes.ts'

/** Runs the handler of an admitted request. @throws what the handler throws */
export type RunRoute = (req: ApiRequest, res: ServerResponse) => Answer | Promise<Answer>

/** A request on its way through the Router, with what its route has left. */
interface Routed extends Request {
  answer?: Answer | Promise<Answer>
  failure?: unknown
}

/**
 * The Express Router over the route map. Called directly: an `express()` application around it would
 * cost more per request than everything else here. Loaded only once a request has been admitted.
 */
export async function loadRouter(routes: readonly Route[]): Promise<RunRoute> {
  const { Router } = await import('express')
  const router = Router({ caseSensitive: true, strict: true })
  for (const { method, path, handler } of routes) {
    const verb = method.toLowerCase() as Lowercase<typeof method>
    router[verb](path, (req: Routed) => {
      try {
        req.answer = handler(req as unknown as ApiRequest)
      } catch (error) {
        // Not to the Router: that tells of an error only in another turn.
        req.failure = error
      }
    })
  }
  return (req, res) => {
    const routed = req as unknown as Routed
    router(routed, res as Response, () => undefined)
    // The Router has run by now: it waits for another turn only after a hundred routes in a row. And
    // only a method and path that are not in the map fall through, and those never come here.
    const { answer, failure = new TypeError('no route') } = routed
    if (answer === undefined) throw failure
    return answer
  }
}
