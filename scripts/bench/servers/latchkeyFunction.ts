import { readConfig } from '../../../functions/src/config.ts'
import type { RequestHandler } from '../../../functions/src/handler.ts'
import { standInFrontOfFramework } from '../../../functions/src/http/inFrontOfFramework.ts'
import { log } from '../../../functions/src/log.ts'
import { buildService } from '../../../functions/src/service.ts'
import { routesWithEcho } from './echoRoutes.ts'

const service = buildService(readConfig(), { log, now: Date.now, routes: routesWithEcho })

/** The function `api` with the routes that take a body. */
export const api: RequestHandler = (req, res) => service.handle(req, res)

standInFrontOfFramework(api, false)
