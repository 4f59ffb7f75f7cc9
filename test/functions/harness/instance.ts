import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { readConfig, type Config } from '../../../functions/src/config.ts'
import type { Upstream } from '../../../functions/src/gateway/upstream.ts'
import type { LogEvent } from '../../../functions/src/log.ts'
import { makeRoutes, type Route } from '../../../functions/src/routes.ts'
import { buildService, type Service } from '../../../functions/src/service.ts'
import { NAMESPACE, type TestDatabase } from './database.ts'
import { MASTER_SECRETS } from './key.ts'
import { send, type Received } from './send.ts'
import type { Outgoing } from './signed.ts'

/** A whole service behind a plain `node:http` server, as one instance of the function is. */
export interface Instance {
  readonly port: number
  readonly service: Service
  /** All that it has logged. */
  readonly events: readonly LogEvent[]
  send(request: Partial<Outgoing>): Promise<Received>
  close(): Promise<void>
}

/**
 * Starts an instance on the database; a second call starts another one that shares only that.
 * @param more routes besides the service's own
 * @param upstreams behind its gateway
 */
export async function startInstance(
  { rtdb, clock }: Pick<TestDatabase, 'rtdb' | 'clock'>,
  settings: Partial<Config> = {},
  more: readonly Route[] = [],
  upstreams: readonly Upstream[] = [],
): Promise<Instance> {
  holdIntervals()
  const events: LogEvent[] = []
  // Usage is written by whichever request finds it due: a test that counts operations must ask for it.
  const config = {
    ...configFor(`${rtdb.url}?ns=${NAMESPACE}`),
    usageFlushSeconds: 0,
    // The clock stands still, and all calls of a test come in one moment.
    strangerRegistrationsPerSecond: 1_000_000,
    ...settings,
  }
  const service = buildService(config, {
    log: (event) => events.push(event),
    now: () => clock.ms,
    routes: (...parts) => [...makeRoutes(...parts), ...more],
    upstreams,
  })
  const server = createServer((req, res) => void service.handle(req, res))
  const port = await listen(server)
  return {
    port,
    service,
    events,
    send: (request) => send(port, request),
    close: async () => {
      await service.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Listens on a free port of the loopback interface. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/**
 * The revocation feed asks for a sign of life every 20 s. Here it does so when the test moves the timers
 * (`jest.advanceTimersByTime`), for it is a read, and reads are counted. All else runs in real time.
 */
function holdIntervals(): void {
  jest.useFakeTimers({ doNotFake: [...REAL] })
}

const REAL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const

/** The settings of a deployment, for this database. Firebase's SDKs read the host from the environment. */
function configFor(databaseUrl: string): Config {
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) {
    delete process.env[name]
  }
  process.env['GCLOUD_PROJECT'] = 'demo-latchkey'
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = new URL(databaseUrl).host
  process.env['DATABASE_URL'] = databaseUrl
  process.env['MASTER_SECRETS'] = MASTER_SECRETS
  process.env['SMS_SECRET'] = 'unused'
  return readConfig()
}
