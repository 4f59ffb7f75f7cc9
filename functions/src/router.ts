import type { ServerResponse } from 'node:http'
import type { Request, Response } from 'express'
import type { Answer, ApiRequest } from './http/apiRequest.ts'
import type { Route } from './routes.ts'

/** Runs the handler of an admitted request. @throws what the handler throws */
export type RunRoute = (req: ApiRequest, res: ServerResponse) => Promise<Answer>

/**
 * The Express Router over the route map. Called directly: an `express()` application around it would
 * cost more per request than everything else here. Loaded only once a request has been admitted.
 */
export async function loadRouter(routes: readonly Route[]): Promise<RunRoute> {
  const { Router } = await import('express')
  const router = Router({ caseSensitive: true, strict: true })
  const answers = new WeakMap<object, (answer: Answer | Promise<Answer>) => void>()
  for (const { method, path, handler } of routes) {
    const verb = method.toLowerCase() as Lowercase<typeof method>
    router[verb](path, (req, _res, next) => {
      try {
        answers.get(req)?.(handler(req as unknown as ApiRequest))
      } catch (error) {
        next(error)
      }
    })
  }
  return (req, res) =>
    new Promise((resolve, reject) => {
      answers.set(req, resolve)
      // Only a method and path that are not in the map fall through, and those never come here.
      router(req as unknown as Request, res as Response, (error?: unknown) => {
        reject(error instanceof Error ? error : new TypeError('no route'))
      })
    })
}
