import { makeRoutes, type Route } from '../../functions/src/routes.ts'

/** The map as it is deployed; its handlers are not to be called. */
export const ROUTE_MAP: readonly Route[] = makeRoutes(
  {} as Parameters<typeof makeRoutes>[0],
  () => Promise.reject(new TypeError('not to be called')),
  () => false,
)
