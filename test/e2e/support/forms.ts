import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../../functions/src/config.ts'
import type { LogEvent } from '../../../functions/src/log.ts'
import { buildService } from '../../../functions/src/service.ts'
import { running } from '../harness/running.ts'

/** The handler behind a plain `node:http` server, on the run's own database and Auth emulator. */
export interface HandlerAlone {
  /** Ends in `/api`. */
  readonly apiBaseUrl: string
  readonly events: readonly LogEvent[]
  close(): Promise<void>
}

/** Starts the handler alone; a second call is a second instance of the service. */
export async function startHandlerAlone(): Promise<HandlerAlone> {
  const { databaseEmulatorHost, databaseUrl, authEmulatorHost, projectId, masterSecrets } =
    running()
  Object.assign(process.env, {
    FIREBASE_DATABASE_EMULATOR_HOST: databaseEmulatorHost,
    FIREBASE_AUTH_EMULATOR_HOST: authEmulatorHost,
    GCLOUD_PROJECT: projectId,
    DATABASE_URL: databaseUrl,
    MASTER_SECRETS: masterSecrets,
    // As everywhere else in the run.
    DEFAULT_SCOPES: 'accounts,proxy:weather,proxy:payments',
  })
  const events: LogEvent[] = []
  const service = buildService(
    {
      ...readConfig(),
      registrationsPerMinutePerIp: 1_000_000,
      strangerRegistrationsPerSecond: 1_000_000,
    },
    { log: (event) => events.push(event), now: Date.now },
  )
  const server = createServer((req, res) => void service.handle(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    apiBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    events,
    close: async () => {
      await service.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What the whole database holds below a path, as its owner sees it. */
export async function dump(path = ''): Promise<unknown> {
  const { databaseEmulatorHost, namespace } = running()
  const response = await fetch(`http://${databaseEmulatorHost}/${path}.json?ns=${namespace}`, {
    headers: { Authorization: 'Bearer owner' },
  })
  return response.json()
}
