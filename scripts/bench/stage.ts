import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { inCheckout } from '../local/checkout.ts'
import { bundle, bundleIn } from '../local/bundle.ts'
import { compilePrograms } from './compile.ts'
import { separateCores, type Cores } from './cores.ts'
import type { Endpoint } from './pool.ts'
import { ROWS, type Row } from './rows.ts'
import { MASTER_SECRETS } from './servers/installs.ts'
import { startProgram, startServer, type BenchProcess, type BenchServer } from './serverProcess.ts'

/** Everything that is built and started once for a run. */
export interface Stage {
  readonly cores: Cores
  /** The database and the stand-in for Auth. */
  readonly backends: BenchProcess
  /** Starts the server of a row. */
  start(row: Row, endpoint: Endpoint): Promise<BenchServer>
  /** Runs a program to its end, on the server's core, and answers the JSON that it prints. */
  json<T>(source: string, args?: readonly string[]): Promise<T>
  /** How to reach the database in the way that its REST interface is reached. */
  readonly database: { readonly host: string; readonly namespace: string }
  end(): Promise<void>
}

const PROGRAMS = [
  ...new Set(ROWS.map(({ program }) => `servers/${program}.ts`)),
  'servers/backends.ts',
  'servers/probe.ts',
  'verify.ts',
  'cache.ts',
]

const run = promisify(execFile)

const FRAMEWORK = inCheckout('node_modules/@google-cloud/functions-framework/build/src/main.js')

/** What the backends say of themselves. */
export interface Whereabouts {
  readonly databaseHost: string
  readonly databaseUrl: string
  readonly namespace: string
  readonly authHost: string
}

export async function setStage(): Promise<Stage> {
  const cores = separateCores()
  await bundle()
  const programs = await compilePrograms(PROGRAMS)
  const running = new Set<BenchProcess>()
  const keep = <P extends BenchProcess>(started: P): P => {
    running.add(started)
    return started
  }
  /** Every program can be asked for its usage, and ends with the bench. */
  const probed = (...args: readonly string[]) => ['--import', programs.fileOf('probe.ts'), ...args]
  const backends = keep(startProgram({ args: probed(programs.fileOf('backends.ts')) }))
  const where = await backends.heard<Whereabouts>()

  const env = serviceEnv(where)
  return {
    cores,
    backends,
    database: { host: where.databaseHost, namespace: where.namespace },
    start: async (row, { method }) => {
      const isDeployed = row.deployedFor === method
      const file = isDeployed ? bundleIn() : programs.fileOf(`${row.program}.ts`)
      const args = row.isFunction ? [FRAMEWORK, `--source=${file}`, '--target=api'] : [file]
      return keep(await startServer({ args: probed(...args), env, prefix: cores.prefix }))
    },
    json: async (source, args = []) => {
      const [command = '', ...rest] = [...cores.prefix, process.execPath, programs.fileOf(source)]
      const { stdout } = await run(command, [...rest, ...args, '--json'], { cwd: inCheckout() })
      return JSON.parse(stdout) as never
    },
    end: async () => {
      await Promise.all([...running].map((started) => started.stop()))
      programs.remove()
    },
  }
}

/** The service as it is configured for the bench; each row gets it, so that all are alike. */
export function serviceEnv({ databaseHost, databaseUrl, authHost }: Whereabouts) {
  return {
    FUNCTIONS_EMULATOR: 'true',
    FUNCTION_TARGET: 'api', // as Cloud Functions sets it
    FIREBASE_DATABASE_EMULATOR_HOST: databaseHost,
    FIREBASE_AUTH_EMULATOR_HOST: authHost,
    GCLOUD_PROJECT: 'demo-latchkey',
    DATABASE_URL: databaseUrl,
    MASTER_SECRETS,
    // What would otherwise stop the load.
    REQUESTS_PER_MINUTE_PER_INSTALL: '1000000',
    REGISTRATIONS_PER_MINUTE_PER_IP: '1000000',
    STRANGER_REGISTRATIONS_PER_SECOND: '1000000',
    NONCE_MEMORY_MAX: '10000000',
    TRUSTED_PROXY_HOPS: '0',
  }
}
