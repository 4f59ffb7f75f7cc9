import { makeRoutes } from '../../../functions/src/routes.ts'

/** The route map. The handlers are not called here. */
export const routes = makeRoutes(
  {} as Parameters<typeof makeRoutes>[0],
  () => Promise.reject(new Error()),
  () => false,
)
