import { onRequest } from 'firebase-functions/v2/https'
import { readConfig } from '../../../functions/src/config.ts'
import { log } from '../../../functions/src/log.ts'
import { buildService } from '../../../functions/src/service.ts'
import { routesWithEcho } from './echoRoutes.ts'

const service = buildService(readConfig(), { log, now: Date.now, routes: routesWithEcho })

/** The function `api` with the routes that take a body. */
export const api = onRequest((req, res) => service.handle(req, res))
