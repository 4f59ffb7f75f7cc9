import { createServer } from 'node:http'
import { readConfig } from '../../../../functions/src/config.ts'
import type { Upstream } from '../../../../functions/src/gateway/upstream.ts'
import { log } from '../../../../functions/src/log.ts'
import { buildService } from '../../../../functions/src/service.ts'

/** As an upstream is declared: with a secret, which is looked for in every answer. */
const upstream: Upstream = {
  name: 'bench',
  origin: process.env['BENCH_UPSTREAM']!,
  secret: {
    param: { name: 'BENCH_SECRET', value: () => 'a-secret-of-the-bench' },
    goes: { in: 'query', name: 'key' },
  },
  paths: [
    { methods: ['GET'], template: '/passed/{id}' },
    { methods: ['GET'], template: '/kept/{id}', cache: { for: 'public', ttlSecondsMax: 3600 } },
  ],
  // What would otherwise stop the load.
  limit: { quota: 1_000_000, windowSeconds: 60 },
  inFlightMax: 100,
}

const service = buildService(readConfig(), { log, now: Date.now, upstreams: [upstream] })

createServer((req, res) => void service.handle(req, res)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
)
