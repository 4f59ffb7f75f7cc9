import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import type { IssuerKeys } from '../attest/issuerKeys.ts'
import { startIssuer } from '../attest/startIssuer.ts'
import { bundle } from './bundle.ts'
import { inCheckout, urlInCheckout } from './checkout.ts'
import { startChild, type Child } from './child.ts'
import { startFakeUpstreams } from './fakeUpstreams.ts'
import { waitUntilHealthy } from './health.ts'
import { loopbackEnv } from './loopbackEnv.ts'
import type { Ports } from './ports.ts'
import { makeRunFolder, type RunFolder } from './runFolder.ts'
import { describeRunning, namespace, projectId, type Running } from './running.ts'
import { secretIn } from './secrets.ts'
import { buildSite } from './site.ts'

export interface StackOptions {
  ports: Ports
  /** dotenv text with the function's secrets. */
  secrets: string
  /** What the local issuer of attestation tokens signs with. */
  issuerKeys: IssuerKeys
  /** The function's params for this run. */
  params?: Readonly<Record<string, string>>
  /** Take the developer's own `functions/.env*` files, too. */
  withDeveloperEnv?: boolean
  /** Google's database emulator (Java, fetched by firebase-tools) instead of ours. */
  officialDatabase?: boolean
  /** All output of all parts. */
  logFile: string
  onProgress: (text: string) => void
  /** What the parts print, line by line. */
  onLine?: (line: string) => void
}

/** All of Latchkey on this machine: database, Auth, Functions and Hosting. */
export interface Stack {
  running: Running
  /** The bundle that the Functions emulator has loaded; it notices when that file changes. */
  bundle: string
  /** Settles when a part has ended that should not have, with words that say which. */
  died: Promise<string>
  /** Ends all parts. May be called at any time, and more than once. */
  close: () => Promise<void>
}

/**
 * Starts everything and waits until it is healthy.
 * @throws Error with the end of the failing part's output; nothing is left running then.
 */
export async function startStack(options: StackOptions, signal?: AbortSignal): Promise<Stack> {
  const { logFile, ports, onProgress } = options
  // First, because the run's folder links to the pages that are there.
  await buildSite()
  onProgress('Pages made')
  const issuer = await startIssuer(options.issuerKeys)
  const running = { ...describeRunning(ports), attestIssuerUrl: `http://${issuer.host}` }
  const upstreams = await startFakeUpstreams({
    weather: secretIn(options.secrets, 'WEATHER_API_KEY'),
    payments: secretIn(options.secrets, 'PAYMENTS_API_TOKEN'),
  })
  mkdirSync(dirname(logFile), { recursive: true })
  writeFileSync(logFile, '')
  const folder = makeRunFolder({
    ports,
    running,
    secrets: options.secrets,
    fakeOrigins: upstreams.origins,
    params: { ...options.params, DATABASE_URL: running.databaseUrl },
    withDeveloperEnv: options.withDeveloperEnv ?? false,
  })
  const parts: Child[] = []
  const close = async () => {
    await Promise.all([issuer.close(), ...parts.map((part) => part.stop())])
    await upstreams.close()
    folder.remove()
  }
  try {
    await bundle(folder.bundle)
    onProgress('Function bundled')
    if (!options.officialDatabase) parts.push(startDatabase(options))
    parts.push(startFirebaseTools(options, running, folder))
    const died = Promise.race(parts.map((part) => part.exited))
    await becomeHealthy(running, parts, onProgress, signal)
    return { running, bundle: folder.bundle, died, close }
  } catch (error) {
    await close()
    appendFileSync(logFile, `${String(error)}\n`)
    throw error
  }
}

/** As soon as one part ends or cannot work, waiting for the others is pointless. */
async function becomeHealthy(
  running: Running,
  parts: Child[],
  onProgress: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const ended = parts.map(async (part) => {
    throw new Error(`${await part.exited}.`)
  })
  const cancelled = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('Stopped while starting.')))
  })
  const healthy = waitUntilHealthy(running, (what) => onProgress(`${what} answers`), stop.signal)
  try {
    await Promise.race([healthy, cancelled, ...ended])
  } catch (error) {
    const printed = parts.map((part) => `${part.name} printed at last:\n${part.lastLines()}`)
    throw new Error([(error as Error).message, ...printed].join('\n\n'), { cause: error })
  } finally {
    stop.abort()
  }
}

const startDatabase = ({ ports, logFile, onLine }: StackOptions): Child =>
  startChild({
    name: 'Realtime Database',
    args: [
      ...['--import', import.meta.resolve('tsx'), inCheckout('rtdb/src/cli.ts')],
      ...['--port', String(ports.database), '--namespace', namespace],
      ...['--rules', inCheckout('database.rules.json')],
    ],
    cwd: inCheckout(),
    env: loopbackEnv(),
    logFile,
    ...(onLine && { onLine }),
  })

function startFirebaseTools(options: StackOptions, running: Running, folder: RunFolder): Child {
  const { logFile, onLine, officialDatabase } = options
  const only = ['auth', 'functions', 'hosting', ...(officialDatabase ? ['database'] : [])]
  return startChild({
    name: 'firebase-tools',
    args: [
      ...['--import', urlInCheckout('scripts/local/quickAuthEmulator.js')],
      inCheckout('node_modules/firebase-tools/lib/bin/firebase.js'),
      ...['emulators:start', '--project', projectId, '--only', only.join(',')],
    ],
    cwd: folder.path,
    env: { ...loopbackEnv(), ...firebaseToolsEnv(running, folder, officialDatabase) },
    logFile,
    ...(onLine && { onLine }),
  })
}

/** What firebase-tools itself reads, and what its function processes inherit. */
const firebaseToolsEnv = (running: Running, folder: RunFolder, officialDatabase = false) => ({
  ATTEST_EMULATOR_HOST: running.attestIssuerUrl?.slice('http://'.length),
  CI: 'true', // no message of the day from Google
  NO_UPDATE_NOTIFIER: '1', // no question to the package registry, and no process left behind that asks it
  XDG_CONFIG_HOME: `${folder.path}/config`, // no login and no analytics of the developer's
  METADATA_SERVER_DETECTION: 'none', // no search for a Google Cloud metadata server
  FUNCTIONS_EMULATOR_PARALLEL: '8', // it runs one process per request at a time; by itself it would go up to 50
  FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: 'true', // the manifest through a file: 3 s faster than by a port
  DATABASE_URL: running.databaseUrl, // becomes databaseURL in the function's FIREBASE_CONFIG
  ...(officialDatabase ? {} : { FIREBASE_DATABASE_EMULATOR_HOST: running.databaseEmulatorHost }),
})
