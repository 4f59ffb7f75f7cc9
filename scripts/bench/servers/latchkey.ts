import { createServer } from 'node:http'
import { readConfig } from '../../../functions/src/config.ts'
import { log } from '../../../functions/src/log.ts'
import { buildService } from '../../../functions/src/service.ts'
import { routesWithEcho } from './echoRoutes.ts'

const service = buildService(readConfig(), { log, now: Date.now, routes: routesWithEcho })

createServer((req, res) => void service.handle(req, res)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
)
