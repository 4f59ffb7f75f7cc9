import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../../../functions/src/config.ts'
import { buildService } from '../../../../functions/src/service.ts'

// One instance of the service in a process of its own. Its parent moves its clock, and ends it.

let aheadMs = 0
const service = buildService(readConfig(), {
  log: () => undefined,
  now: () => Date.now() + aheadMs,
})
const server = createServer((req, res) => void service.handle(req, res))
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.on('message', (ms: number) => {
  aheadMs = ms
  process.send!(ms)
})
process.on('disconnect', () => process.exit())
